"""Lambda's numbers, with their units in their names (AWS: "Lambda quotas", "Configure memory", "Understanding concurrency")."""

MEMORY_MIN_MB = 128
MEMORY_MAX_MB = 10_240
MEMORY_DEFAULT_MB = 128
MEMORY_PER_VCPU_MB = 1_769
VCPU_MAX = 6.0

TIMEOUT_MIN_S = 1
TIMEOUT_MAX_S = 900
TIMEOUT_DEFAULT_S = 3
INIT_TIMEOUT_S = 10.0

EPHEMERAL_MIN_MB = 512
EPHEMERAL_MAX_MB = 10_240
EPHEMERAL_DEFAULT_MB = 512

ACCOUNT_CONCURRENCY = 1_000
UNRESERVED_CONCURRENCY_MIN = 100
SCALING_ENVIRONMENTS = 1_000
SCALING_PERIOD_S = 10.0
REQUESTS_PER_S_PER_CONCURRENCY = 10
PROVISIONED_PER_MINUTE = 6_000
PROVISIONED_INIT_TIMEOUT_S = 130.0
"""How long an init may take that no invocation waits for, where the function's timeout is no longer."""
RESTORE_TIMEOUT_S = 10.0
"""How long a restore from a snapshot may take, after-restore hooks included."""

REQUEST_MAX_BYTES = 6_291_456
ASYNC_REQUEST_MAX_BYTES = 1_048_576
RESPONSE_MAX_BYTES = 6_291_556
VARIABLES_MAX_BYTES = 4_096
LAYERS_MAX = 5
TAGS_MAX = 50
ZIPPED_MAX_BYTES = 52_428_800
UNZIPPED_MAX_BYTES = 262_144_000
CODE_STORAGE_MAX_BYTES = 80_530_636_800
"""75 GB of code and layers, an account and region."""
POLICY_MAX_BYTES = 20_480
LAYER_NAME_MAX = 140
DESCRIPTION_MAX = 256
LICENSE_MAX = 512
FUNCTION_NAME_MAX = 64
HANDLER_MAX = 128

OPEN_FILES_MAX = 1_024
PROCESSES_MAX = 1_024

KEEP_ALIVE_S = 600.0
"""How long an idle environment is kept. AWS documents none; minutes to hours have been seen, ten minutes is the lab's choice."""

LOG_MAX_BYTES = 1_048_576
"""The lab's own bound on what one invocation may print before the rest is counted, not kept."""


def cpu_share(memory_mb: int) -> float:
    """vCPUs that a function of ``memory_mb`` MB gets: 1,769 MB is one, 10,240 MB is six (AWS: "Configure memory")."""
    return min(memory_mb / MEMORY_PER_VCPU_MB, VCPU_MAX)


def init_timeout_s(timeout_s: float, provisioned: bool) -> float:
    """How long an init may take: 10 s, or max(130 s, the function's timeout) for provisioned concurrency (AWS: "Lambda execution environment lifecycle")."""
    return max(PROVISIONED_INIT_TIMEOUT_S, float(timeout_s)) if provisioned else INIT_TIMEOUT_S

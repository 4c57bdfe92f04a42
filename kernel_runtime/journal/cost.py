"""What an invocation costs by AWS's published prices, us-east-1, USD, first tier, free tier left out (AWS: "AWS Lambda pricing")."""

from __future__ import annotations

from ..model.invocation import InvocationRecord, SnapshotRecord
from ..model.limits import EPHEMERAL_DEFAULT_MB

REQUEST_USD = 0.20 / 1_000_000
GB_SECOND_USD = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
PROVISIONED_GB_SECOND_USD = {"x86_64": 0.0000097222, "arm64": 0.0000077778}
"""Running in an environment of provisioned concurrency."""
HELD_GB_SECOND_USD = {"x86_64": 0.0000041667, "arm64": 0.0000033334}
"""Provisioned concurrency while it is configured, whether it serves or not."""
RESTORED_GB_USD = 0.0001397998
"""SnapStart: each restore, by the function's memory (Python and .NET)."""
SNAPSHOT_GB_SECOND_USD = 0.0000015046
"""SnapStart: a version's snapshot for as long as it is kept (Python and .NET)."""
EPHEMERAL_GB_SECOND_USD = 0.0000000309
MB_PER_GB = 1_024


def invocation_usd(
    billed_ms: float, memory_mb: int, ephemeral_mb: int = EPHEMERAL_DEFAULT_MB, architecture: str = "x86_64", provisioned: bool = False
) -> float:
    """USD for one request of ``billed_ms`` ms: the request, its GB-seconds, and /tmp over 512 MB."""
    billed_s = billed_ms / 1_000
    rate = PROVISIONED_GB_SECOND_USD if provisioned else GB_SECOND_USD
    compute = billed_s * memory_mb / MB_PER_GB * rate[architecture]
    storage = billed_s * max(ephemeral_mb - EPHEMERAL_DEFAULT_MB, 0) / MB_PER_GB * EPHEMERAL_GB_SECOND_USD
    return REQUEST_USD + compute + storage


def record_usd(record: InvocationRecord) -> float:
    """USD for what ``record`` says. Errors and timeouts cost as any other; throttles leave no record and cost nothing."""
    restored = record.memory_mb / MB_PER_GB * RESTORED_GB_USD if record.restore is not None else 0.0
    return restored + invocation_usd(record.billed_ms, record.memory_mb, record.ephemeral_mb, record.architecture, record.start == "provisioned")


def held_usd(count: int, memory_mb: int, held_s: float, architecture: str = "x86_64") -> float:
    """USD for keeping ``count`` environments provisioned for ``held_s`` seconds."""
    return count * held_s * memory_mb / MB_PER_GB * HELD_GB_SECOND_USD[architecture]


def snapshot_init_usd(record: SnapshotRecord) -> float:
    """USD for the init of a version's snapshot: its GB-seconds, since August 2025 as any init's."""
    return record.billed_ms / 1_000 * record.memory_mb / MB_PER_GB * GB_SECOND_USD[record.architecture]


def snapshot_usd(memory_mb: int, kept_s: float) -> float:
    """USD for keeping a version's snapshot for ``kept_s`` seconds."""
    return kept_s * memory_mb / MB_PER_GB * SNAPSHOT_GB_SECOND_USD

"""What the operations take, check, keep and show again, and what has less effect here than on AWS: the one table of it. ``COVERAGE.md`` is printed from this.

A line goes, or gets shorter, when what it names is built.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERYTHING = "*"
"""In place of members: all that the operation is for."""


@dataclass(frozen=True, slots=True)
class StoredOnly:
    """``operations`` and ``members`` are botocore's names, members of a structure with dots; ``why``: what happens here instead."""

    operations: tuple[str, ...]
    members: tuple[str, ...]
    why: str


_FUNCTION = ("CreateFunction", "UpdateFunctionConfiguration")
_CREATES_MAPPING = ("CreateEventSourceMapping",)
_NO_POLLER = "Amazon MQ, Kafka and DocumentDB are not polled, and their mappings say so"
_MAPPING = ("CreateEventSourceMapping", "UpdateEventSourceMapping")
_SIGNING = ("CreateCodeSigningConfig", "UpdateCodeSigningConfig")

STORED_ONLY: tuple[StoredOnly, ...] = (
    # Event sources.
    StoredOnly(_CREATES_MAPPING, ("AmazonManagedKafkaEventSourceConfig", "SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig"), _NO_POLLER),
    StoredOnly(_CREATES_MAPPING, ("Queues", "Topics"), _NO_POLLER),
    StoredOnly(_MAPPING, ("SourceAccessConfigurations", "DocumentDBEventSourceConfig"), _NO_POLLER),
    StoredOnly(_MAPPING, ("ProvisionedPollerConfig", "MetricsConfig", "LoggingConfig", "KMSKeyArn"), "pollers scale by themselves, log and encrypt nothing"),
    # Languages.
    StoredOnly(_FUNCTION, ("Runtime",), "of the languages Python runs; Invoke answers InvalidRuntimeException for the others"),
    # What a machine of one's own has no counterpart for.
    StoredOnly(("CreateFunction", "UpdateFunctionCode"), ("Architectures",), "the price is the architecture's; what runs is this machine's processor"),
    StoredOnly(_FUNCTION, ("VpcConfig",), "functions use this machine's network"),
    StoredOnly(_FUNCTION, ("FileSystemConfigs",), "nothing is mounted"),
    StoredOnly(_FUNCTION, ("KMSKeyArn",), "nothing is encrypted"),
    StoredOnly(_FUNCTION, ("TracingConfig",), "every call has a trace header, and nobody collects traces"),
    StoredOnly(_FUNCTION, ("ImageConfig",), "it belongs to container images, which are refused"),
    StoredOnly(("PutRuntimeManagementConfig",), (EVERYTHING,), "there is one version of each runtime"),
    StoredOnly(_SIGNING, ("AllowedPublishers",), "no signer is known: every package counts as unsigned, which Enforce refuses and Warn takes"),
)

NOT_KEPT: tuple[StoredOnly, ...] = (
    StoredOnly(("CreateFunction",), ("Code.SourceKMSKeyArn", "Code.S3ObjectStorageMode"), "packages are kept as they were sent, in the lab's own store"),
    StoredOnly(("UpdateFunctionCode",), ("SourceKMSKeyArn", "S3ObjectStorageMode"), "packages are kept as they were sent, in the lab's own store"),
    StoredOnly(("PublishLayerVersion",), ("Content.S3ObjectStorageMode",), "packages are kept as they were sent, in the lab's own store"),
    StoredOnly(("ListFunctions",), ("MasterRegion",), "there are no functions of Lambda@Edge"),
)
"""What is checked by its shape, passed over and not shown again."""

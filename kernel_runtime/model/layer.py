"""Layer versions and their ARNs (botocore: LayerName, LayerVersionArn, LayerVersionsListItem; AWS: "Managing Lambda dependencies with layers")."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from . import limits
from .errors import ValidationException
from .layer_policy import LayerPolicy
from .names import ACCOUNT, REGION

_REGION = r"(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}"
_LAYER_ARN = r"arn:(aws[a-zA-Z-]*)?:lambda:" + _REGION + r":\d{12}:layer:[a-zA-Z0-9-_]+"
LAYER_NAME_PATTERN = rf"({_LAYER_ARN})|[a-zA-Z0-9-_]+"
LAYER_VERSION_ARN_PATTERN = rf"(({_LAYER_ARN}:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))"
"""As botocore has them: they stand in the messages too."""

_PARTS = re.compile(r"arn:(?:aws[a-zA-Z-]*)?:lambda:([^:]*):([0-9]*):layer:([a-zA-Z0-9_-]+)(?::([0-9]{1,18}))?")


class LayerName(NamedTuple):
    """What a layer's ARN says; ``version`` is None in the ARN of the layer itself."""

    region: str
    account: str
    name: str
    version: int | None


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """One version of a layer, as published: nothing of it changes but its policy, and that it is deleted.

    code_digest: hex SHA-256 of the zip in the store. code_size: bytes of that zip. created_date: ``2025-01-31T12:00:00.000+0000``.
    compatible_runtimes, compatible_architectures, license_info: None where they were not given, which AWS leaves out of its answers.
    deleted: unseen and not to be attached any more; functions that have it keep it.
    """

    account: str
    region: str
    name: str
    version: int
    code_digest: str
    code_size: int
    created_date: str
    description: str = ""
    license_info: str | None = None
    compatible_runtimes: tuple[str, ...] | None = None
    compatible_architectures: tuple[str, ...] | None = None
    policy: LayerPolicy = field(default_factory=LayerPolicy)
    deleted: bool = False

    @property
    def layer_arn(self) -> str:
        return layer_arn(self.name, self.account, self.region)

    @property
    def arn(self) -> str:
        """AWS's LayerVersionArn."""
        return layer_version_arn(self.name, self.version, self.account, self.region)

    @property
    def code_sha256(self) -> str:
        """AWS's CodeSha256: base64."""
        return base64.b64encode(bytes.fromhex(self.code_digest)).decode()

    def matches(self, runtime: str | None = None, architecture: str | None = None) -> bool:
        """Whether a list that asks for this runtime and architecture shows it: a version that names none is in none but the whole list."""
        return (runtime is None or runtime in (self.compatible_runtimes or ())) and (
            architecture is None or architecture in (self.compatible_architectures or ())
        )


def layer_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    """``arn:aws:lambda:REGION:ACCOUNT:layer:NAME``"""
    return f"arn:aws:lambda:{region}:{account}:layer:{name}"


def layer_version_arn(name: str, version: int, account: str = ACCOUNT, region: str = REGION) -> str:
    """``arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION``"""
    return f"{layer_arn(name, account, region)}:{version}"


def parse_layer_arn(arn: str) -> LayerName | None:
    """The parts of a layer's or a layer version's ARN; None where it is neither (an AWS-owned ``awslayer`` too)."""
    match = _PARTS.fullmatch(arn) if isinstance(arn, str) and re.fullmatch(rf"{_LAYER_ARN}(:[0-9]+)?", arn, re.ASCII) else None
    return LayerName(match[1], match[2], match[3], int(match[4]) if match[4] else None) if match else None


def check_layer_name(name: str) -> str:
    """``name`` if PublishLayerVersion takes it, else ValidationException in AWS's words: 1-140 letters, digits, ``-`` and ``_``."""
    value = f"1 validation error detected: Value '{name}' at 'layerName' failed to satisfy constraint: "
    if not isinstance(name, str) or not re.fullmatch(r"[a-zA-Z0-9_-]+", name):
        raise ValidationException(f"{value}Member must satisfy regular expression pattern: {LAYER_NAME_PATTERN}")
    if len(name) > limits.LAYER_NAME_MAX:
        raise ValidationException(f"{value}Member must have length less than or equal to {limits.LAYER_NAME_MAX}")
    return name


def check_length(path: str, value: str, most: int) -> None:
    """ValidationException in AWS's words where ``value`` has more than ``most`` characters."""
    if len(value) > most:
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: Member must have length less than or equal to {most}"
        )


def check_layer_version_arn(arn: str) -> None:
    """ValidationException where GetLayerVersionByArn would refuse ``arn`` unread."""
    if not isinstance(arn, str) or not re.fullmatch(LAYER_VERSION_ARN_PATTERN, arn, re.ASCII):
        raise ValidationException(
            f"1 validation error detected: Value '{arn}' at 'arn' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {LAYER_VERSION_ARN_PATTERN}"
        )


def check_layer_list(arns: tuple[str, ...] | list[str]) -> None:
    """ValidationException where one of a function's ``arns`` is no layer version's ARN (a layer's without a version is not)."""
    if any(not isinstance(arn, str) or not re.fullmatch(LAYER_VERSION_ARN_PATTERN, arn, re.ASCII) or not 1 <= len(arn) <= 2048 for arn in arns):
        raise ValidationException(
            f"1 validation error detected: Value '[{', '.join(map(str, arns))}]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: "
            "[Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, "
            f"Member must satisfy regular expression pattern: {LAYER_VERSION_ARN_PATTERN}, Member must not be null]"
        )

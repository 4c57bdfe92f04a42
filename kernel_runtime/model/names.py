"""Names and ARNs (botocore: FunctionName, LayerVersionArn; AWS: "Resource ARNs")."""

from __future__ import annotations

import re

from .errors import InvalidParameterValueException, ValidationException
from .limits import FUNCTION_NAME_MAX

ACCOUNT = "000000000000"
REGION = "us-east-1"
LATEST = "$LATEST"
"""The version that can be changed, and the one that a call without a qualifier means."""

_FUNCTION_NAME = re.compile(r"[a-zA-Z0-9-_]+")


def check_function_name(name: str) -> str:
    """``name`` if Lambda's CreateFunction takes it, else the error that it answers: 1-64 letters, digits, ``-`` and ``_``."""
    if not isinstance(name, str) or not _FUNCTION_NAME.fullmatch(name):
        raise ValidationException(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+"
        )
    if len(name) > FUNCTION_NAME_MAX:
        raise InvalidParameterValueException(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {FUNCTION_NAME_MAX}"
        )
    return name


def function_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    """``arn:aws:lambda:REGION:ACCOUNT:function:NAME``"""
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def qualified_arn(name: str, qualifier: str, account: str = ACCOUNT, region: str = REGION) -> str:
    """``arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER``; a version or an alias."""
    return f"{function_arn(name, account, region)}:{qualifier}"

"""Which roles a function may have: those that Lambda can assume (AWS: "Defining Lambda function permissions with an execution role").

One role is ready in every account. Any other must have been made in IAM, and trust lambda.amazonaws.com, as on AWS. IAM lives in the companion and forgets
with it, so while no companion runs there is no other role, and nothing need be started to know it. Where no IAM can be had at all, every role is taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from ..account.account import ready_role_arn
from ..model.errors import AccessDeniedException, ServiceException


class Roles:
    """``iam(account)``: a client of IAM. ``standing``: whether there is an IAM to ask; "never" where there cannot be one, "empty" where it has no roles yet."""

    def __init__(self, iam: Callable[[str], Any], standing: Callable[[], str]) -> None:
        self._iam = iam
        self._standing = standing

    def exists(self, account: str, arn: str) -> bool:
        """Whether functions of ``account`` may have the role.

        Raises AccessDeniedException for another account's, ServiceException where IAM does not answer.
        """
        owner = arn.split(":")[4]
        if owner != account:
            raise AccessDeniedException("Cross-account pass role is not allowed.")
        if arn == ready_role_arn(account):
            return True
        standing = self._standing()
        return self._is_trusted(owner, arn) if standing == "there" else standing == "never"

    def _is_trusted(self, account: str, arn: str) -> bool:
        try:
            role = self._iam(account).get_role(RoleName=arn.rsplit("/", 1)[-1])["Role"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchEntity", "ValidationError"):
                return False
            raise ServiceException(f"IAM could not be asked for the role {arn}: {error}") from None
        except BotoCoreError as error:
            raise ServiceException(f"IAM could not be asked for the role {arn}: {error}") from None
        return role["Arn"] == arn and trusts(role["AssumeRolePolicyDocument"], "lambda.amazonaws.com")


def trusts(policy: Any, service: str) -> bool:
    """Whether a trust policy (a document, or its JSON text) lets a service assume the role (IAM User Guide, "AWS JSON policy elements: Principal")."""
    try:
        document = json.loads(unquote(policy)) if isinstance(policy, str) else policy
        statements = document.get("Statement", [])
        return any(_allows(statement, service) for statement in (statements if isinstance(statements, list) else [statements]))
    except (ValueError, AttributeError):
        return False


def _allows(statement: dict[str, Any], service: str) -> bool:
    principal = statement.get("Principal") or {}
    services = principal if principal == "*" else principal.get("Service", principal.get("AWS") if principal.get("AWS") == "*" else [])
    actions = _listed(statement.get("Action"))
    return (
        statement.get("Effect") == "Allow"
        and any(named in ("*", service) for named in _listed(services))
        and any(action.lower() in ("*", "sts:*", "sts:assumerole") for action in actions)
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])

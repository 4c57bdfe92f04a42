"""Who may use a layer version: its resource policy (botocore: AddLayerVersionPermissionRequest; AWS: "Granting layer access to other accounts")."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from . import limits
from .errors import (
    PolicyLengthExceededException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
    ValidationException,
)

ACTION = "lambda:GetLayerVersion"
_NO_POLICY = "No policy is associated with the given resource."
_ACCOUNT = re.compile(r"(?:arn:aws[a-zA-Z-]*:iam::)?([0-9]{12})(?::root)?")


@dataclass(frozen=True, slots=True)
class LayerStatement:
    """One permission. principal: an account's 12 digits, the ARN of its root, or ``*``. organization_id: with ``*``, only that organisation's accounts."""

    sid: str
    principal: str
    organization_id: str | None = None

    def document(self, resource: str) -> dict[str, Any]:
        """As IAM writes it, members in AWS's order (an account stands as the ARN of its root)."""
        account = _ACCOUNT.fullmatch(self.principal)
        written = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account[1]}:root"} if account else self.principal,
            "Action": ACTION,
            "Resource": resource,
        }
        return {**written, "Condition": {"StringEquals": {"aws:PrincipalOrgID": self.organization_id}}} if self.organization_id else written

    def allows(self, account: str, organization_id: str | None) -> bool:
        match = _ACCOUNT.fullmatch(self.principal)
        who = self.principal == "*" or (match is not None and match[1] == account)
        return who and (self.organization_id is None or self.organization_id == organization_id)


@dataclass(frozen=True, slots=True)
class LayerPolicy:
    """The statements of one layer version, in the order in which they were added. revision_id: "" where there never was a statement."""

    statements: tuple[LayerStatement, ...] = ()
    revision_id: str = ""

    def allows(self, account: str, organization_id: str | None = None) -> bool:
        """Whether ``account``, a member of that organisation, may get the layer version."""
        return any(statement.allows(account, organization_id) for statement in self.statements)

    def document(self, resource: str) -> dict[str, Any]:
        """The whole policy. Raises ResourceNotFoundException where there is none."""
        if not self.statements:
            raise ResourceNotFoundException(_NO_POLICY)
        return {"Version": "2012-10-17", "Id": "default", "Statement": [statement.document(resource) for statement in self.statements]}

    def with_statement(self, statement: LayerStatement, resource: str, revision_id: str | None, next_revision: str) -> LayerPolicy:
        """The policy with one statement more.

        Raises ResourceConflictException (the Sid is taken), PreconditionFailedException (``revision_id`` is given, and not the latest),
        PolicyLengthExceededException (over 20 KB).
        """
        if any(statement.sid == known.sid for known in self.statements):
            raise ResourceConflictException(
                f"The statement id ({statement.sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
            )
        self._check_revision(revision_id)
        policy = LayerPolicy((*self.statements, statement), next_revision)
        if len(json.dumps(policy.document(resource), separators=(",", ":"))) > limits.POLICY_MAX_BYTES:
            raise PolicyLengthExceededException(f"The final policy size ({_length(policy, resource)}) is bigger than the limit ({limits.POLICY_MAX_BYTES}).")
        return policy

    def without_statement(self, sid: str, revision_id: str | None, next_revision: str) -> LayerPolicy:
        """The policy less one statement. Raises PreconditionFailedException, ResourceNotFoundException."""
        if not self.statements:
            raise ResourceNotFoundException(_NO_POLICY)
        self._check_revision(revision_id)
        kept = tuple(statement for statement in self.statements if statement.sid != sid)
        if len(kept) == len(self.statements):
            raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")
        return replace(self, statements=kept, revision_id=next_revision)

    def _check_revision(self, revision_id: str | None) -> None:
        if revision_id and revision_id != self.revision_id:
            raise PreconditionFailedException(
                "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id"
            )


def check_action(action: str) -> None:
    """ValidationException for any action but the one that a layer's policy may allow."""
    if action != ACTION:
        raise ValidationException(
            f"1 validation error detected: Value '{action}' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: {ACTION}"
        )


def _length(policy: LayerPolicy, resource: str) -> int:
    return len(json.dumps(policy.document(resource), separators=(",", ":")))

"""Resource policies of functions, versions and aliases: who else may do what with them (AWS: "Using resource-based policies for Lambda").

Each qualifier has a policy of its own, with a RevisionId of its own. What was granted on the function is of no help to who calls it by an alias.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from ..model import limits
from ..model.errors import (
    InvalidParameterValueException,
    PolicyLengthExceededException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from ..model.names import LATEST
from .account import Account
from .identifiers import FunctionId
from .on_behalf import OnBehalf
from .policy_statements import check, covers, names_of, permission
from .records import FunctionRecord

NOUN = "policy"
"""Under which a record keeps its policies, by qualifier (empty: the function's own): ``{"document": {…}, "revision_id": "…"}``."""

Policy = dict[str, Any]
_STALE = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id"
_NOT_THERE = "The resource you requested does not exist."


def decided(
    account: Account, named: FunctionId, principal: str, caller_account: str, action: str, context: Mapping[str, str] | None = None
) -> Literal["Allow", "Deny"] | None:
    """What the policy of what is named says to ``principal`` doing ``action``; None where it says nothing. A Deny outweighs every Allow.

    principal: an ARN, or a service's name (``s3.amazonaws.com``, with no ``caller_account``). context: condition keys with their values, such as
    ``aws:SourceArn``, ``aws:SourceAccount``, ``aws:PrincipalOrgID``, ``lambda:FunctionUrlAuthType``, ``lambda:EventSourceToken``.
    """
    record = account.functions.get(named.name)
    policies = record.attached.get(NOUN) if record else None
    if not policies or (policy := policies.get(_key(named.qualifier))) is None:
        return None
    circumstances = {"lambda:invokedviafunctionurl": "false", **{key.lower(): value for key, value in (context or {}).items()}}
    if caller_account:
        circumstances |= {"aws:principalarn": principal, "aws:principalaccount": caller_account}
    names = names_of(principal, caller_account)
    resource = _resource(account, named.name, named.qualifier)
    effects = {statement["Effect"] for statement in policy["document"]["Statement"] if covers(statement, resource, names, action, circumstances)}
    return "Deny" if "Deny" in effects else "Allow" if effects else None


def decided_for_service(account: Account, named: FunctionId, behalf: OnBehalf, action: str = "lambda:InvokeFunction") -> Literal["Allow", "Deny"] | None:
    """``decided`` for a service that calls for one of its things."""
    heard = {decided(account, named, principal, "", action, behalf.circumstances()) for principal in behalf.principals(account.region)}
    return "Deny" if "Deny" in heard else "Allow" if "Allow" in heard else None


def allows(account: Account, named: FunctionId, principal: str, caller_account: str, action: str, context: Mapping[str, str] | None = None) -> bool:
    """Whether the policy of what is named allows ``principal``, which belongs to ``caller_account``, to do ``action``; see ``decided``."""
    return decided(account, named, principal, caller_account, action, context) == "Allow"


def held(record: FunctionRecord, qualifier: str) -> Policy:
    """Raises ResourceNotFoundException where there is none."""
    policy: Policy | None = record.attached.get(NOUN, {}).get(_key(qualifier))
    if policy is None:
        raise ResourceNotFoundException(_NOT_THERE)
    return policy


def text(policy: Policy) -> str:
    """As the API shows it: compact JSON."""
    return json.dumps(policy["document"], separators=(",", ":"), ensure_ascii=False)


def add(account: Account, record: FunctionRecord, qualifier: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The statement that AddPermission's request describes, added. Nothing has changed when it raises.

    Raises ResourceConflictException where there is one of that id, PreconditionFailedException, PolicyLengthExceededException, InvalidParameterValueException.
    """
    with account.changing:
        statement = permission(_resource(account, record.name, qualifier), request)
        policy: Policy | None = record.attached.get(NOUN, {}).get(_key(qualifier))
        _check_revision(request.get("RevisionId"), policy, _own_revision(record, qualifier))
        document: dict[str, Any] = policy["document"] if policy else {"Version": "2012-10-17", "Id": "default", "Statement": []}
        if any(statement["Sid"] == other.get("Sid") for other in document["Statement"]):
            sid = statement["Sid"]
            raise ResourceConflictException(
                f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
            )
        _keep(account, record, qualifier, {**document, "Statement": [*document["Statement"], statement]})
        return statement


def remove(account: Account, record: FunctionRecord, qualifier: str, sid: str, revision_id: str | None) -> None:
    """The statement of that id; the policy too, when it was the last. Raises ResourceNotFoundException, PreconditionFailedException."""
    with account.changing:
        policy = record.attached.get(NOUN, {}).get(_key(qualifier))
        if policy is None:
            raise ResourceNotFoundException("No policy is associated with the given resource.")
        rest = [statement for statement in policy["document"]["Statement"] if statement.get("Sid") != sid]
        if len(rest) == len(policy["document"]["Statement"]):
            raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")
        _check_revision(revision_id, policy)
        if rest:
            _keep(account, record, qualifier, {**policy["document"], "Statement": rest})
        else:
            _forget(account, record, qualifier)


def put(account: Account, record: FunctionRecord, qualifier: str, given: str, revision_id: str | None) -> Policy:
    """A whole document in place of what was there (AWS: PutResourcePolicy). Raises as ``add`` does."""
    with account.changing:
        _check_revision(revision_id, record.attached.get(NOUN, {}).get(_key(qualifier)), _own_revision(record, qualifier))
        document = _document(given, _resource(account, record.name, qualifier))
        return _keep(account, record, qualifier, document)


def delete(account: Account, record: FunctionRecord, qualifier: str, revision_id: str | None) -> None:
    """The whole policy. Raises ResourceNotFoundException, PreconditionFailedException."""
    with account.changing:
        _check_revision(revision_id, held(record, qualifier))
        _forget(account, record, qualifier)


def _document(given: str, resource: str) -> dict[str, Any]:
    try:
        document = json.loads(given)
    except (ValueError, RecursionError):
        raise InvalidParameterValueException("The provided policy is invalid: it is not JSON.") from None
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"} or not document.get("Statement"):
        raise InvalidParameterValueException("The provided policy is invalid: it is an object with Version, Id and Statement.")
    if not all(isinstance(document.get(member, ""), str) for member in ("Version", "Id")):
        raise InvalidParameterValueException("The provided policy is invalid: Version and Id are strings.")
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    for statement in statements:
        check(statement, resource)
    named = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(named) != len(set(named)):
        raise InvalidParameterValueException("The provided policy is invalid: statement ids (SID) in a single policy must be unique.")
    return {**document, "Statement": statements}


def _keep(account: Account, record: FunctionRecord, qualifier: str, document: dict[str, Any]) -> Policy:
    policy = {"document": document, "revision_id": account.new_id()}
    size = len(text(policy).encode("utf-8", "replace"))
    if size > limits.POLICY_MAX_BYTES:
        raise PolicyLengthExceededException(f"The final policy size ({size}) is bigger than the limit ({limits.POLICY_MAX_BYTES}).")
    record.attachments(NOUN)[_key(qualifier)] = policy
    account.save(record)
    return policy


def _forget(account: Account, record: FunctionRecord, qualifier: str) -> None:
    del record.attachments(NOUN)[_key(qualifier)]
    account.save(record)


def _check_revision(wanted: str | None, policy: Policy | None, otherwise: str = "") -> None:
    """``otherwise``: what is as good where there is no policy yet, so that GetPolicy could tell none."""
    if wanted and wanted != (policy["revision_id"] if policy else otherwise):
        raise PreconditionFailedException(_STALE)


def _own_revision(record: FunctionRecord, qualifier: str) -> str:
    holder = record.aliases.get(qualifier) or record.version(qualifier or LATEST)
    return holder.revision_id if holder else ""


def _key(qualifier: str) -> str:
    """$LATEST is the function itself."""
    return "" if qualifier == LATEST else qualifier


def _resource(account: Account, name: str, qualifier: str) -> str:
    return account.arn(name, qualifier)

"""From what a request names to what is meant: the function's record, its version or alias."""

from __future__ import annotations

from typing import Any, Literal

from ...account.account import Account
from ...account.identifiers import FunctionId, function_id
from ...account.policies import decided, decided_for_service
from ...account.records import FunctionRecord, VersionRecord
from ...model.errors import AccessDeniedException, InvalidParameterValueException, ResourceNotFoundException
from ...model.names import LATEST
from ..caller import Caller


def identified(account: Account, request: dict[str, Any]) -> FunctionId:
    """The function that ``FunctionName`` and ``Qualifier`` name. Raises AccessDeniedException for one of another account."""
    named = function_id(request["FunctionName"], request.get("Qualifier"), account.id, account.region)
    if named.account != account.id:
        raise AccessDeniedException(f"User is not authorized to perform this operation on resource: {named.arn}")
    return named


def recorded(account: Account, request: dict[str, Any]) -> tuple[FunctionRecord, FunctionId]:
    """The record, whatever its qualifier. Raises ResourceNotFoundException, which says the qualifier too."""
    named = identified(account, request)
    return account.record(named.name, named.qualifier), named


def latest_of(account: Account, request: dict[str, Any]) -> FunctionRecord:
    """The record, for what changes $LATEST and nothing else. Raises ResourceNotFoundException, InvalidParameterValueException for a version or an alias."""
    record, named = recorded(account, request)
    if named.version != LATEST:
        raise InvalidParameterValueException(
            "Current operation does not support versions other than $LATEST. Please set the version to $LATEST or do not set a version in your request."
        )
    return record


def permitted(account: Account, request: dict[str, Any], caller: Caller, action: str) -> tuple[Account, FunctionId]:
    """Whose function is named, where ``caller`` may do ``action`` with it: its own account's that no policy denies it, or another's whose policy allows it.
    A service needs a policy that allows it always.

    Raises AccessDeniedException; to a service, ResourceNotFoundException first.
    """
    named = function_id(request["FunctionName"], request.get("Qualifier"), account.id, account.region)
    own = named.account == account.id
    owner = account if own else account.neighbour(named.account)
    if owner is not None and caller.on_behalf is not None:
        owner.record(named.name, named.version)
    says = _says(owner, named, caller, action) if owner else None
    if owner is None or says == "Deny" or (says is None and (not own or caller.on_behalf is not None)):
        denied = f"User: {caller.principal} is not authorized to perform: {action} on resource: {named.arn}"
        why = "with an explicit deny in a resource-based policy" if says == "Deny" else f"because no resource-based policy allows the {action} action"
        raise AccessDeniedException(f"{denied} {why}")
    return owner, named


def _says(owner: Account, named: FunctionId, caller: Caller, action: str) -> Literal["Allow", "Deny"] | None:
    if (behalf := caller.on_behalf) is None:
        return decided(owner, named, caller.principal, caller.account, action, {"aws:SourceIp": caller.source_ip})
    return decided_for_service(owner, named, behalf, action)


def version_of(record: FunctionRecord, named: FunctionId, *, always_qualified: bool = False) -> VersionRecord:
    """The version that the qualifier means; an alias means the version it points to. Raises ResourceNotFoundException.

    always_qualified: the error names ``$LATEST`` where no qualifier was given, as Invoke's does.
    """
    alias = record.aliases.get(named.qualifier)
    version = record.version(alias.version if alias else named.version)
    if version is None:
        arn = f"{named.unqualified_arn}:{named.version}" if always_qualified else named.arn
        raise ResourceNotFoundException(f"Function not found: {arn}")
    return version


def check_qualifier(record: FunctionRecord, named: FunctionId) -> None:
    """Raises ResourceNotFoundException where the qualifier is neither a version nor an alias."""
    version_of(record, named)

"""Settings of asynchronous invocations: put, update, get, delete, list (AWS: PutFunctionEventInvokeConfig and its like)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...account import event_invoke
from ...account.account import Account
from ...account.records import FunctionRecord
from ...model.errors import ResourceNotFoundException
from ...model.names import LATEST
from ..caller import Caller
from .named import identified
from .pages import page, with_marker


def put_function_event_invoke_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return _changed(account, request, keeping=False)


def update_function_event_invoke_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return _changed(account, request, keeping=True)


def get_function_event_invoke_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _named(account, request)
    return _shown(account, record, qualifier, event_invoke.held(account, record, qualifier))


def delete_function_event_invoke_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _named(account, request)
    event_invoke.delete(account, record, qualifier)
    return {}


def list_function_event_invoke_configs(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record = account.functions.get(identified(account, request).name)
    if record is None:
        raise ResourceNotFoundException("The function doesn't exist.")
    held = sorted(record.attached.get(event_invoke.NOUN, {}).items(), key=lambda pair: _place(pair[0]))
    shown, marker = page(held, request, lambda pair: _place(pair[0]))
    return with_marker({"FunctionEventInvokeConfigs": [_shown(account, record, qualifier, config) for qualifier, config in shown]}, marker)


def _place(qualifier: str) -> str:
    """$LATEST, the versions by number, the aliases by name (recorded)."""
    return "0" if qualifier == LATEST else f"1{qualifier.rjust(20)}" if qualifier.isdigit() else f"2{qualifier}"


def _changed(account: Account, request: dict[str, Any], *, keeping: bool) -> dict[str, Any]:
    named = identified(account, request)
    event_invoke.check_given(request)
    record = account.functions.get(named.name)
    if record is None or (named.qualifier and named.qualifier not in record.aliases and record.version(named.qualifier) is None):
        raise ResourceNotFoundException("The function doesn't exist.")
    config = event_invoke.put(account, record, named.qualifier, request, keeping=keeping)
    return _shown(account, record, named.qualifier, config)


def _named(account: Account, request: dict[str, Any]) -> tuple[FunctionRecord, str]:
    """Recorded: a function that is not there is missed as one that has no such configuration."""
    named = identified(account, request)
    record = account.functions.get(named.name)
    if record is None:
        raise ResourceNotFoundException(event_invoke.absent(f"{named.unqualified_arn}:{named.version}"))
    return record, named.qualifier


def _shown(account: Account, record: FunctionRecord, qualifier: str, config: event_invoke.Config) -> dict[str, Any]:
    destinations = config.get("DestinationConfig") or {}
    return {
        **config,
        "FunctionArn": f"{account.arn(record.name)}:{qualifier or LATEST}",
        "LastModified": datetime.fromtimestamp(config["LastModified"], UTC),
        "DestinationConfig": {member: _told(destinations.get(member)) for member in ("OnSuccess", "OnFailure")},
    }


def _told(destination: dict[str, Any] | None) -> dict[str, Any]:
    return destination if destination and destination.get("Destination") else {}

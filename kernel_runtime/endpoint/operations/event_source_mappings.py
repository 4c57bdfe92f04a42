"""Event source mappings: create, get, update, delete, list (AWS: CreateEventSourceMapping and its like)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...account import event_source_mappings
from ...account.account import Account
from ..caller import Caller
from .named import identified
from .pages import page, with_marker
from .tags import check_number

_PAGE = 100
"""botocore: "ListEventSourceMappings returns a maximum of 100 items in each response, even if you set the number higher"."""
_MOMENTS = ("LastModified", "StartingPositionTimestamp")


def create_event_source_mapping(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    check_number(request.get("Tags") or {})
    return _shown(event_source_mappings.create(account, identified(account, request), request))


def get_event_source_mapping(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return _shown(event_source_mappings.held(account, request["UUID"]))


def update_event_source_mapping(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request) if request.get("FunctionName") else None
    return _shown(event_source_mappings.update(account, request["UUID"], named, request))


def delete_event_source_mapping(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return _shown(event_source_mappings.delete(account, request["UUID"]))


def list_event_source_mappings(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """Those of a function that is gone are found by its name: they have outlived it."""
    function = identified(account, request).arn if request.get("FunctionName") else None
    source = request.get("EventSourceArn")
    found = [
        mapping
        for mapping in event_source_mappings.every(account)
        if (function is None or mapping["FunctionArn"] == function) and (source is None or mapping.get("EventSourceArn") == source)
    ]
    shown, marker = page(sorted(found, key=_uuid), request, _uuid, _PAGE)
    return with_marker({"EventSourceMappings": [_shown(mapping) for mapping in shown]}, marker)


def _uuid(mapping: event_source_mappings.Mapping) -> str:
    return str(mapping["UUID"])


def _shown(mapping: event_source_mappings.Mapping) -> dict[str, Any]:
    return {member: datetime.fromtimestamp(value, UTC) if member in _MOMENTS else value for member, value in mapping.items()}

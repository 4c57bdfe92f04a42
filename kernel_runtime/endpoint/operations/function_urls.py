"""Function URLs: create, get, update, delete, list (AWS: CreateFunctionUrlConfig and its like). What they serve is the door's business."""

from __future__ import annotations

from typing import Any

from ...account import function_urls
from ...account.account import Account
from ...account.records import FunctionRecord
from ...model.errors import ResourceNotFoundException
from ..caller import Caller
from .named import identified
from .pages import page, with_marker


def create_function_url_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _existing(account, request)
    config = function_urls.create(account, record, qualifier, request)
    return {member: value for member, value in _changed(account, record, qualifier, config).items() if member != "LastModifiedTime"}


def update_function_url_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _existing(account, request)
    config = function_urls.update(account, record, qualifier, request)
    return _changed(account, record, qualifier, config)


def get_function_url_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier, config = _held(account, request)
    return _shown(account, record, qualifier, config)


def delete_function_url_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier, _ = _held(account, request)
    function_urls.delete(account, record, qualifier)
    return {}


def list_function_url_configs(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record = account.functions.get(identified(account, request).name)
    if record is None:
        raise ResourceNotFoundException("Function does not exist")
    shown, marker = page(sorted(record.attached.get(function_urls.NOUN, {}).items()), request, lambda pair: pair[0])
    return with_marker({"FunctionUrlConfigs": [_shown(account, record, qualifier, config) for qualifier, config in shown]}, marker)


def _existing(account: Account, request: dict[str, Any]) -> tuple[FunctionRecord, str]:
    """Recorded: a missing function and a missing alias are missed in the same words."""
    named = identified(account, request)
    record = account.functions.get(named.name)
    if record is None or (named.qualifier and named.qualifier not in record.aliases):
        raise ResourceNotFoundException("Function does not exist")
    return record, named.qualifier


def _held(account: Account, request: dict[str, Any]) -> tuple[FunctionRecord, str, function_urls.Config]:
    named = identified(account, request)
    record = account.functions.get(named.name)
    if record is None:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return record, named.qualifier, function_urls.held(record, named.qualifier)


def _changed(account: Account, record: FunctionRecord, qualifier: str, config: function_urls.Config) -> dict[str, Any]:
    """Recorded: what changes a URL says an InvokeMode that was ever given, and not the one that holds by itself."""
    kept = {member: value for member, value in config.items() if member != "Id"}
    return {**kept, "FunctionUrl": function_urls.address(account, config), "FunctionArn": account.arn(record.name, qualifier)}


def _shown(account: Account, record: FunctionRecord, qualifier: str, config: function_urls.Config) -> dict[str, Any]:
    return {"InvokeMode": "BUFFERED", **_changed(account, record, qualifier, config)}

"""Code signing configurations, and which function uses which (AWS: CreateCodeSigningConfig, PutFunctionCodeSigningConfig and their like)."""

from __future__ import annotations

from typing import Any

from ...account import code_signing
from ...account.account import Account
from ..caller import Caller
from .named import recorded
from .pages import page, with_marker
from .tags import check_number


def create_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    check_number(request.get("Tags") or {})
    return {"CodeSigningConfig": code_signing.create(account, request)}


def get_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return {"CodeSigningConfig": code_signing.held(account, request["CodeSigningConfigArn"])}


def update_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return {"CodeSigningConfig": code_signing.update(account, request["CodeSigningConfigArn"], request)}


def delete_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    code_signing.delete(account, request["CodeSigningConfigArn"])
    return {}


def list_code_signing_configs(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    configs = sorted(code_signing.every(account), key=_arn)
    shown, marker = page(configs, request, _arn)
    return with_marker({"CodeSigningConfigs": shown}, marker)


def list_functions_by_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    arn = request["CodeSigningConfigArn"]
    code_signing.held(account, arn)
    shown, marker = page(code_signing.users(account, arn), request, lambda record: record.name)
    return with_marker({"FunctionArns": [account.arn(record.name) for record in shown]}, marker)


def put_function_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    arn = request["CodeSigningConfigArn"]
    code_signing.check_usable(account, arn)  # recorded: missed before the function is
    record, _ = recorded(account, request)
    code_signing.attach(account, record, arn)
    return {"CodeSigningConfigArn": arn, "FunctionName": record.name}


def get_function_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    arn = code_signing.of(record)
    return {"CodeSigningConfigArn": arn, "FunctionName": record.name} if arn else {}


def delete_function_code_signing_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    code_signing.detach(account, record)
    return {}


def _arn(config: code_signing.Config) -> str:
    return str(config["CodeSigningConfigArn"])

"""Functions: create, get, list, update, delete (AWS: CreateFunction, GetFunction, ListFunctions, UpdateFunctionCode and their like)."""

from __future__ import annotations

from typing import Any

from ...account import code_signing, functions, layer_use, settings, versions
from ...account.account import Account
from ...model.errors import InvalidParameterValueException
from ...model.names import LATEST
from ..caller import Caller
from ..operation_table import quick
from . import shapes
from .code import uploaded
from .named import identified, latest_of, recorded, version_of
from .pages import page, with_marker
from .refused import IMAGES, check_members
from .tags import check_number


def create_function(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request)
    _check_kind(request)
    _check_role(account, request["Role"])
    check_number(request.get("Tags") or {})
    signing = request.get("CodeSigningConfigArn") or ""
    code_signing.check_upload(account, named.name, signing)
    if named.name not in account.functions:
        layer_use.resolve(account, request.get("Layers") or (), caller.principal)
    code = "" if named.name in account.functions else uploaded(account, request.get("Code") or {})  # what exists is refused before its code is looked at
    with account.changing:  # what the answer shows has not settled yet
        record = functions.create(account, named.name, settings.of_new(named.name, request), code, tags=request.get("Tags"))
        if signing:
            code_signing.attach(account, record, signing)
        if request.get("Publish"):
            return shapes.configuration(account, record, versions.publish(account, record))  # recorded: its ARN is the function's own here
        return shapes.configuration(account, record, record.latest)


@quick
def get_function(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, named = recorded(account, request)
    version = version_of(record, named)
    answer: dict[str, Any] = {
        "Configuration": shapes.configuration(account, record, version, named.qualifier),
        "Code": {"RepositoryType": "S3", "Location": account.surroundings.code_url(version.code_sha256)},
    }
    if record.tags:
        answer["Tags"] = dict(record.tags)
    if record.reserved_concurrency is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": record.reserved_concurrency}
    return answer


@quick
def get_function_configuration(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, named = recorded(account, request)
    return shapes.configuration(account, record, version_of(record, named), named.qualifier)


@quick
def list_functions(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    every = request.get("FunctionVersion") == "ALL"
    records = [account.functions[name] for name in sorted(account.functions)]
    pairs = [(record, version) for record in records for version in (record.all_versions() if every else [record.latest])]
    shown, marker = page(pairs, request, lambda pair: f"{pair[0].name}:{pair[1].version}")
    items = []
    for record, version in shown:
        item = shapes.listed(account, record, version)
        if every:
            item["FunctionArn"] += f":{version.version}"
        items.append(item)
    return with_marker({"Functions": items}, marker)


def update_function_code(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record = latest_of(account, request)
    functions.check_revision(request.get("RevisionId"), record.latest.revision_id)
    check_members(request)
    code_signing.check_upload(account, record.name, code_signing.of(record))
    changed = dict(record.latest.settings)
    if request.get("Architectures"):
        changed["Architectures"] = list(request["Architectures"])
    code = uploaded(account, request)
    with account.changing:
        new = functions.change(account, record, settings=changed, code=code, revision_id=request.get("RevisionId"), dry_run=bool(request.get("DryRun")))
        if request.get("Publish") and not request.get("DryRun"):
            version = versions.publish(account, record)
            return shapes.configuration(account, record, version, version.version)
        return shapes.configuration(account, record, new)


def update_function_configuration(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record = latest_of(account, request)
    check_members(request)
    if request.get("Role"):
        _check_role(account, request["Role"])
    layer_use.resolve(account, request.get("Layers") or (), caller.principal)  # what is named anew must be there, also where it is attached already
    changed = settings.changed(record.name, record.latest.settings, request)
    with account.changing:
        new = functions.change(account, record, settings=changed, revision_id=request.get("RevisionId"))
        return shapes.configuration(account, record, new)


def delete_function(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request)
    record = account.record(named.name)  # recorded: a function that is not there is missed without the qualifier
    if named.qualifier:
        versions.delete(account, record, named.qualifier)
    else:
        functions.delete(account, record)
    return {"StatusCode": 204}


def publish_version(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record = latest_of(account, request)
    check_members(request)
    with account.changing:
        functions.check_settled(account, record)
        version = versions.publish(
            account, record, code_sha256=request.get("CodeSha256"), description=request.get("Description"), revision_id=request.get("RevisionId")
        )
        return shapes.configuration(account, record, version, version.version)


@quick
def list_versions_by_function(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    shown, marker = page(record.all_versions(), request, lambda version: version.version.rjust(20) if version.version != LATEST else "")
    items = []
    for version in shown:
        item = shapes.listed(account, record, version)
        item["FunctionArn"] += f":{version.version}"
        items.append(item)
    return with_marker({"Versions": items}, marker)


def _check_kind(request: dict[str, Any]) -> None:
    if request.get("PackageType") == "Image":
        raise InvalidParameterValueException(IMAGES)
    check_members(request.get("Code") or {})
    check_members(request)
    for member in ("Runtime", "Handler"):
        if not request.get(member):
            raise InvalidParameterValueException(
                f"{member} and {'Handler' if member == 'Runtime' else 'Runtime'} are mandatory parameters for functions created with deployment packages."
            )


def _check_role(account: Account, arn: str) -> None:
    if not account.surroundings.role_exists(arn):
        raise InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.")

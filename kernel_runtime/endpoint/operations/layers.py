"""Layers: publish, get, list, delete (AWS: PublishLayerVersion, GetLayerVersion, ListLayers, ListLayerVersions, DeleteLayerVersion and their like)."""

from __future__ import annotations

from typing import Any

from ...account import layer_use
from ...account.account import Account
from ...model.errors import InvalidParameterValueException
from ...model.layer import LayerVersion, parse_layer_arn
from ..caller import Caller
from .code import zip_of
from .layer_names import arn_of, check_region, named, owned
from .pages import page, with_marker

_MORE_THAN_VERSIONS = 10**12


def publish_layer_version(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """Always a new version, also of the same bytes."""
    name = owned(account, request, caller, "PublishLayerVersion")
    layer = account.layers.book.publish(
        account.id, account.region, name.name, zip_of(account, request["Content"], "LayerVersionContentInput"),
        description=request.get("Description") or "", license_info=request.get("LicenseInfo"),
        compatible_runtimes=request.get("CompatibleRuntimes"), compatible_architectures=request.get("CompatibleArchitectures"),
    )  # fmt: skip
    return _whole(account, layer)


def get_layer_version(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    name = named(account, request)
    if request["VersionNumber"] < 1:
        raise InvalidParameterValueException("Layer Version Cannot be less than 1")
    return _whole(account, layer_use.get(account, arn_of(name), caller.principal))


def get_layer_version_by_arn(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    name = parse_layer_arn(request["Arn"])
    if name is not None and name.account == account.id:
        check_region(account, name)
    return _whole(account, layer_use.get(account, request["Arn"], caller.principal))


def list_layers(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The newest version of each layer that suits the runtime and architecture asked for."""
    layers = account.layers.book.layers(account.id, account.region, request.get("CompatibleRuntime"), request.get("CompatibleArchitecture"))
    shown, marker = page(layers, request, lambda layer: layer.name)
    items = [{"LayerName": layer.name, "LayerArn": layer.layer_arn, "LatestMatchingVersion": _listed(layer)} for layer in shown]
    return with_marker({"Layers": items}, marker)


def list_layer_versions(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """Newest first; none where there is no such layer."""
    name = owned(account, request, caller, "ListLayerVersions")
    runtime, architecture = request.get("CompatibleRuntime"), request.get("CompatibleArchitecture")
    layers = account.layers.book.versions(account.id, account.region, name.name, runtime, architecture)
    shown, marker = page(layers, request, lambda layer: str(_MORE_THAN_VERSIONS - layer.version))
    return with_marker({"LayerVersions": [_listed(layer) for layer in shown]}, marker)


def delete_layer_version(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """One that is not there is as good as deleted; functions that have it keep it."""
    name = owned(account, request, caller, "DeleteLayerVersion")
    account.layers.book.delete(account.id, account.region, name.name, request["VersionNumber"])
    return {}


def _whole(account: Account, layer: LayerVersion) -> dict[str, Any]:
    content = {"Location": account.surroundings.code_url(layer.code_digest), "CodeSha256": layer.code_sha256, "CodeSize": layer.code_size}
    return {"Content": content, "LayerArn": layer.layer_arn, **_listed(layer)}


def _listed(layer: LayerVersion) -> dict[str, Any]:
    """botocore: LayerVersionsListItem. What was not given at publication is left out; the description is then empty."""
    return {
        "LayerVersionArn": layer.arn,
        "Version": layer.version,
        "Description": layer.description,
        "CreatedDate": layer.created_date,
        "CompatibleArchitectures": _shown(layer.compatible_architectures),
        "CompatibleRuntimes": _shown(layer.compatible_runtimes),
        "LicenseInfo": layer.license_info,
    }


def _shown(given: tuple[str, ...] | None) -> list[str] | None:
    return None if given is None else list(given)

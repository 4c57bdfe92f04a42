"""From the LayerName of a request, a plain name or an ARN, to the layer that is meant and whether the caller may touch it."""

from __future__ import annotations

from typing import Any

from ...account.account import Account
from ...artifacts.layer_book import refusal
from ...model.errors import ResourceNotFoundException
from ...model.layer import LayerName, layer_arn, layer_version_arn, parse_layer_arn
from ..caller import Caller


def named(account: Account, request: dict[str, Any]) -> LayerName:
    """What ``LayerName`` and ``VersionNumber`` mean; ``version`` is None where the operation has no number.

    Raises ResourceNotFoundException (another region).
    """
    given = request["LayerName"]
    found = parse_layer_arn(given) or LayerName(account.region, account.id, given, None)
    check_region(account, found)
    return found._replace(version=request.get("VersionNumber"))


def owned(account: Account, request: dict[str, Any], caller: Caller, action: str) -> LayerName:
    """The same, where it must be the account's own: a layer's policy can share its versions for use, and nothing else. Raises AccessDeniedException."""
    name = named(account, request)
    if name.account != account.id:
        raise refusal(action, arn_of(name), caller.principal)
    return name


def check_region(account: Account, name: LayerName) -> None:
    """Raises ResourceNotFoundException for a layer of another region: each region answers for its own."""
    if name.region != account.region:
        raise ResourceNotFoundException(f"Layers from '{name.region}' are not reachable in this region ('{account.region}')")


def arn_of(name: LayerName) -> str:
    """The layer version's ARN, the layer's where no version is named."""
    if name.version is None:
        return layer_arn(name.name, name.account, name.region)
    return layer_version_arn(name.name, name.version, name.account, name.region)

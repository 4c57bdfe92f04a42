"""Provisioned concurrency as a notebook asks for it: it waits, quietly, and says one line where that takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .account import aliases, provisioned
from .account.account import Account
from .account.records import FunctionRecord
from .control.controller import ProvisionedView
from .control.standby import INIT_FAILURE
from .fleet.base import block
from .model.errors import ProvisioningFailed, ResourceNotFoundException

QUIET_S = 2.0


def keep_ready(
    account: Account, record: FunctionRecord, qualifier: str, count: int, *, say: Callable[[str], None] = print, quiet_s: float = QUIET_S
) -> ProvisionedView:
    """Have ``count`` environments of a version or an alias initialised when this returns; 0 takes the configuration away.

    ``say`` is told how far it is once ``quiet_s`` seconds have passed. Raises AwsError where Lambda refuses, ProvisioningFailed.
    """
    if not qualifier.isdecimal():
        aliases.get(account, record, qualifier)
    elif record.version(qualifier) is None:
        raise ResourceNotFoundException(f"Function not found: {account.qualified_arn(record.name, qualifier)}")
    if count == 0:
        provisioned.delete(account, record, qualifier)
        return ProvisionedView(0, 0, 0, "READY")
    provisioned.put(account, record, qualifier, count)
    telling = threading.Timer(quiet_s, lambda: say(_progress(account, record.name, qualifier)))
    telling.daemon = True
    telling.start()
    try:
        view = block(account.engine.provisioned_settled(record.name, qualifier))
    finally:
        telling.cancel()
    if view is None or view.status == "FAILED":
        raise ProvisioningFailed(f"{record.name}:{qualifier} is not kept initialised: {_reason(view, record.name, qualifier)}")
    return view


def _progress(account: Account, name: str, qualifier: str) -> str:
    view = account.engine.provisioned(name, qualifier)
    return f"{name}:{qualifier}: {view.available} of {view.requested} environments initialised so far…" if view is not None else ""


def _reason(view: ProvisionedView | None, name: str, qualifier: str) -> str:
    if view is None:
        return "it was taken away meanwhile"
    if view.reason == INIT_FAILURE:
        return f"{INIT_FAILURE}: its init fails, and an invocation of {name}:{qualifier} says why"
    return view.reason or "no reason is known"

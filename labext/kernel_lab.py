"""The one lab of this kernel: made when it is first needed, ended with the kernel; or one that runs elsewhere, for as long as it is connected."""

from __future__ import annotations

import atexit
import os
import threading
from typing import cast

from kernel_runtime import Lab, LabError
from kernel_runtime.connected import ConnectedLab

_making = threading.Lock()
_lab: Lab | None = None
_connected: ConnectedLab | None = None
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def the_lab() -> Lab:
    """The kernel's lab, or the one that it is connected to, which has the same names. Raises LabError where nothing can run on this machine."""
    global _lab
    with _making:
        if _connected is not None:
            return cast(Lab, _connected)
        if _lab is None:
            _lab = Lab()
            atexit.register(close_lab)
        return _lab


def use_lab(lab: Lab) -> Lab:
    """Let ``lab`` be the kernel's from now on: ``use_lab(Lab(home="~/my-lab", clock=60))``. The one before is closed, with all that runs there;
    where both have the same home, ``close_lab()`` comes first. Gives it back."""
    global _lab
    with _making:
        before, _lab = _lab, lab
        if before is None:
            atexit.register(close_lab)
    if before is not None and before is not lab:
        before.close()
    return lab


def connect(url: str, access_key: str | None = None, secret: str | None = None) -> None:
    """From now on the kernel's lab is the one at ``url``. Keys that are not given are those of the environment, as the lab told to export them.

    Raises LabError where there are none or no lab answers, AwsError where they are not its own.
    """
    global _connected
    key, secret = access_key or os.environ.get(_KEYS[0], ""), secret or os.environ.get(_KEYS[1], "")
    if not key or not secret:
        raise LabError(f"which keys? Give --key and --secret, or set {' and '.join(_KEYS)}: serverless-lab serve prints them, %lab shows where they are")
    made = Lab.connect(url if "://" in url else f"http://{url}", key, secret)
    with _making:
        _connected = made


def disconnect() -> None:
    """From now on the kernel's lab is its own again. Idempotent."""
    global _connected
    with _making:
        _connected = None


def close_lab() -> None:
    """End it; the next use makes another."""
    global _lab
    disconnect()
    with _making:
        lab, _lab = _lab, None
    if lab is not None:
        lab.close()

"""The one lab of this kernel: made when it is first needed, ended with the kernel."""

from __future__ import annotations

import atexit
import threading

from kernel_runtime import Lab

_making = threading.Lock()
_lab: Lab | None = None


def the_lab() -> Lab:
    """The kernel's lab. Raises LabError where nothing can run on this machine."""
    global _lab
    with _making:
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


def close_lab() -> None:
    """End it; the next use makes another."""
    global _lab
    with _making:
        lab, _lab = _lab, None
    if lab is not None:
        lab.close()

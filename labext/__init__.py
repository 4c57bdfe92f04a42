"""AWS Lambda in a notebook: ``%load_ext labext``, then ``%%function``, ``%invoke``, ``%traffic``, ``%panel``, ``%logs``, ``%lab``, ``%layer``, or the
decorator ``@function``.

Charts and widgets are imported when a panel is first asked for, not before.
"""

from __future__ import annotations

from typing import Any

from .decorator import function
from .kernel_lab import close_lab, the_lab, use_lab

__all__ = ["close_lab", "function", "load_ipython_extension", "the_lab", "unload_ipython_extension", "use_lab"]


def load_ipython_extension(ipython: Any) -> None:
    """Called by ``%load_ext labext`` and by the Serverless Lab kernel."""
    from .layer_magics import LayerMagics
    from .magics import LabMagics

    ipython.register_magics(LabMagics, LayerMagics)
    pictures = getattr(ipython, "display_formatter", None)
    if pictures is not None:  # what the runtime hands out is drawn here, since it knows no charts
        pictures.mimebundle_formatter.for_type_by_name("kernel_runtime.triggers.state_machines", "Execution", _execution)


def _execution(execution: Any, **more: Any) -> dict[str, Any]:
    from .charts.states import bundle

    return bundle(execution, **more)


def unload_ipython_extension(ipython: Any) -> None:
    """Called by ``%unload_ext labext``: ends the lab and every environment."""
    close_lab()

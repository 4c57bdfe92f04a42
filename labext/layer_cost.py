"""What a layer costs and saves, measured: the same code without it, with its packages inside, and with the layer; each started cold a few times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel_runtime import Lab
from kernel_runtime.lab import module_file

from .charts.layers import LayerCost, bundle
from .mistakes import mistake, shown_shortly

_NOTHING = "def handler(event, context):\n    return None\n"
_PYTHON = "python/"
_PREFIX = "layer-cost-"


class LayerCosts:
    """What has been measured: ``rows``, shown as a chart."""

    def __init__(self, rows: Sequence[LayerCost], title: str) -> None:
        self.rows = list(rows)
        self.title = title

    def __repr__(self) -> str:
        lines = [
            f"{row.way}: {row.package_bytes:,} bytes of code, {row.layer_bytes:,} of layer, init " + ", ".join(f"{init:.1f}" for init in row.init_ms) + " ms"
            for row in self.rows
        ]
        return "\n".join([self.title, *lines])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self), **bundle(self.rows, self.title)}


def measure(lab: Lab, layer: str, source: str, *, times: int = 3, memory_mb: int = 512, event: Any = None) -> LayerCosts:
    """Compare the ways of bringing a layer's Python packages to ``source``, a module with ``handler`` that imports them. layer: a name or an ARN.

    Functions of its own are made, started cold ``times`` times each, and deleted. A way whose code fails is a mistake.
    """
    with shown_shortly():
        version = lab.layers.get(layer)
        inside = {name.removeprefix(_PYTHON): data for name, data in lab.layers.files(layer).items() if name.startswith(_PYTHON)}
        code = {module_file("index.handler"): source.encode()}
        rows = [
            _measured(lab, "without them", {module_file("index.handler"): _NOTHING.encode()}, (), times, memory_mb, event),
            _measured(lab, "inside the code", {**inside, **code}, (), times, memory_mb, event),
            _measured(lab, "in a layer", code, (version.arn,), times, memory_mb, event),
        ]
    return LayerCosts(rows, f"What layer {version.name}:{version.version} costs and saves")


def _measured(lab: Lab, way: str, code: Mapping[str, bytes], layers: tuple[str, ...], times: int, memory_mb: int, event: Any) -> LayerCost:
    name = _PREFIX + way.replace(" ", "-")
    function = lab.function(name, source=code, layers=layers, memory_mb=memory_mb, timeout_s=30)
    try:
        init_ms = []
        for number in range(times):
            function.configure(variables={"COLD_START": str(number)})  # another configuration, another environment
            outcome = function.invoke(event)
            if outcome.error is not None or outcome.report.init_ms is None:
                raise mistake("MeasurementFailed", f"{way}: {outcome.error}")
            init_ms.append(outcome.report.init_ms)
        layer_bytes = sum(lab.layers.get(arn).code_size for arn in layers)
        return LayerCost(way, lab.code_bytes(name), layer_bytes, tuple(init_ms))
    finally:
        function.delete()

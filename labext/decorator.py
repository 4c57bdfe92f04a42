"""``@function(memory=512)``: one plain function of the notebook becomes a function of the lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from kernel_runtime import FunctionHandle


@overload
def function(memory: Callable[..., Any], /) -> FunctionHandle: ...


@overload
def function(
    memory: int = 128,
    timeout: int = 3,
    *,
    concurrency: int | None = None,
    name: str | None = None,
    variables: dict[str, str] | None = None,
    layers: tuple[str, ...] = (),
    runtime: str | None = None,
    packages: Any = "lambda",
) -> Callable[[Callable[..., Any]], FunctionHandle]: ...


def function(
    memory: int | Callable[..., Any] = 128,
    timeout: int = 3,
    *,
    concurrency: int | None = None,
    name: str | None = None,
    variables: dict[str, str] | None = None,
    layers: tuple[str, ...] = (),
    runtime: str | None = None,
    packages: Any = "lambda",
) -> Callable[[Callable[..., Any]], FunctionHandle] | FunctionHandle:
    """Define ``def name(event, context)`` as a function. memory: MB. timeout: s. layers: NAME (its newest version now), NAME:VERSION or ARN.
    The function's own source becomes the module: imports belong inside it.

    Raises AWS's error as a short message where Lambda would refuse; closures are refused with the mend.
    """
    if callable(memory):  # ``@function`` without parentheses
        return function()(memory)

    from kernel_runtime.lab import module_from_function

    from .kernel_lab import the_lab
    from .mistakes import shown_shortly

    def define(plain: Callable[..., Any]) -> FunctionHandle:
        with shown_shortly():
            lab = the_lab()
            handle = lab.function(
                name or plain.__name__,
                source=module_from_function(plain),
                handler=f"index.{plain.__name__}",
                memory_mb=memory,
                timeout_s=timeout,
                reserved_concurrency=concurrency,
                variables=variables,
                layers=[lab.layers.arn(layer) for layer in layers],
                runtime=runtime,
                packages=packages,
            )
        _warn_of_notebook_names(handle, module_from_function(plain))
        return handle

    return define


def _warn_of_notebook_names(handle: FunctionHandle, source: str) -> None:
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()  # type: ignore[no-untyped-call]
    if shell is not None:
        from .results import Defined

        warnings = Defined(handle, source, shell.user_ns).warnings
        for warning in warnings:
            print(f"warning: {warning}")

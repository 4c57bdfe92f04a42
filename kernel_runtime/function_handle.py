"""A function as its user holds it: invoke it, change it, delete it. It keeps nothing: the lab does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fleet.base import awaiting, block
from .model.function import Function
from .outcome import Outcome

if TYPE_CHECKING:
    from .lab import Lab


class FunctionHandle:
    """One function of a lab. Made by ``Lab.function`` and ``Lab.get``."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab = lab
        self.name = name

    @property
    def configuration(self) -> Function:
        """The configuration as it is now. Raises ResourceNotFoundException when the function has been deleted."""
        return self._lab.configuration(self.name)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of how this function runs here: another interpreter than asked for, the kernel's packages shown."""
        return self._lab.notes(self.name)

    def invoke(self, event: Any = None) -> Outcome:
        """Run the function with ``event`` (anything that JSON can say; bytes are taken as JSON text; None is ``{}``, as an empty body is) and wait.

        A function that fails does not raise: ``Outcome.error`` holds it. Raises TooManyRequestsException (a throttle), InvalidRequestContentException
        (not JSON), RequestTooLargeException (over 6 MB), MachineFull, WorkerHostLost.
        """
        record, raw = block(self._lab.begin(self.name, event))
        return Outcome(record, raw, self.notes)

    async def ainvoke(self, event: Any = None) -> Outcome:
        """``invoke`` from any event loop."""
        record, raw = await awaiting(self._lab.begin(self.name, event))
        return Outcome(record, raw, self.notes)

    def configure(self, **changes: Any) -> FunctionHandle:
        """Change the configuration (see ``Lab.function`` for the names); what is not named stays. Invocations in flight end on the old one."""
        self._lab.configure(self.name, **changes)
        return self

    def delete(self) -> None:
        """Invocations in flight end; new ones are not found."""
        self._lab.delete(self.name)

    def __repr__(self) -> str:
        function = self.configuration
        return f"<function {function.name} {function.runtime} {function.memory_mb} MB {function.timeout_s} s>"

"""A function as its user holds it: invoke it, change it, delete it. It keeps nothing: the lab does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .account import aliases, versions
from .account.account import Account
from .account.records import FunctionRecord
from .control.controller import ProvisionedView
from .fleet.base import awaiting, block
from .kept_ready import keep_ready
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

    def invoke(self, event: Any = None, qualifier: str | None = None) -> Outcome:
        """Run the function with ``event`` (anything that JSON can say; bytes are taken as JSON text; None is ``{}``, as an empty body is) and wait.
        ``qualifier``: a version or an alias; None is the function as it is now.

        A function that fails does not raise: ``Outcome.error`` holds it. Raises TooManyRequestsException (a throttle), InvalidRequestContentException
        (not JSON), RequestTooLargeException (over 6 MB), ResourceNotFoundException (no such version or alias), MachineFull, WorkerHostLost.
        """
        record, raw = block(self._lab.begin(self.name, event, qualifier))
        return Outcome(record, raw, self.notes)

    async def ainvoke(self, event: Any = None, qualifier: str | None = None) -> Outcome:
        """``invoke`` from any event loop."""
        record, raw = await awaiting(self._lab.begin(self.name, event, qualifier))
        return Outcome(record, raw, self.notes)

    def configure(self, **changes: Any) -> FunctionHandle:
        """Change the configuration (see ``Lab.function`` for the names); what is not named stays. Invocations in flight end on the old one."""
        self._lab.configure(self.name, **changes)
        return self

    def publish(self, description: str | None = None) -> str:
        """Freeze code and configuration as the next version; gives its number, the newest one's where nothing has changed since. With SnapStart its snapshot
        is there when this returns; raises SnapshotFailed where it cannot be made."""
        version = versions.publish(self._account, self._record, description=description)
        return versions.settled(self._account, self._record, version).version

    def alias(self, name: str, version: str, weights: Mapping[str, float] | None = None) -> str:
        """Let ``name`` mean ``version``, and another by its part of the calls: ``fn.alias("live", "1", {"2": 0.1})``. Makes the alias or moves it; gives
        its name, for ``invoke(event, qualifier=…)``. Raises ResourceNotFoundException (no such version), ValidationException (a name or a weight that
        Lambda's shapes refuse), InvalidParameterValueException."""
        return aliases.point(self._account, self._record, name, version, weights or {}).name

    def provision(self, qualifier: str, count: int) -> ProvisionedView:
        """Keep ``count`` environments of a version or an alias initialised; 0 none any more. Waits until all are there, and says so where that takes long.

        Raises InvalidParameterValueException and ResourceConflictException where Lambda refuses, ProvisioningFailed where they cannot be had.
        """
        return keep_ready(self._account, self._record, qualifier, count)

    def delete(self) -> None:
        """Invocations in flight end; new ones are not found."""
        self._lab.delete(self.name)

    @property
    def _account(self) -> Account:
        return self._lab.account_of_notebook

    @property
    def _record(self) -> FunctionRecord:
        return self._account.record(self.name)

    def __repr__(self) -> str:
        function = self.configuration
        return f"<function {function.name} {function.runtime} {function.memory_mb} MB {function.timeout_s} s>"

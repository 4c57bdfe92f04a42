"""The magics: a cell's text becomes a call of the lab. No rule of Lambda lives here."""

from __future__ import annotations

import json
import time
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from kernel_runtime import TooManyRequestsException
from kernel_runtime.connected import ConnectedOutcome
from kernel_runtime.lab import module_file
from kernel_runtime.model import arrivals
from kernel_runtime.model.event import event_bytes

from .cell_files import files_beside
from .kernel_lab import connect, disconnect, the_lab
from .mistakes import mistake, shown_shortly
from .options import number, options_of, positive, rate, without_event
from .results import Defined, Invoked, Logs, Status, Throttled
from .sent import Sent

_NO_ARRIVALS = "BadTraffic"


@magics_class
class LabMagics(Magics):  # type: ignore[misc]
    """Serverless Lab's magics."""

    @no_var_expand
    @magic_arguments()
    @argument("name", help="the function's name")
    @argument("--memory", type=number, default=128, help="MB, 128-10240; CPU comes in proportion")
    @argument("--timeout", type=number, default=3, help="seconds, 1-900")
    @argument("--concurrency", type=number, default=None, help="reserved concurrency; left out, the function shares the account's")
    @argument("--handler", default="index.handler", help="module.function")
    @argument("--runtime", default=None, help="python3.13 and the like; left out, the kernel's own")
    @argument("--tmp", type=number, default=512, help="MB of /tmp, 512-10240")
    @argument("--variable", action="append", default=[], metavar="KEY=VALUE", help="an environment variable; may be given again")
    @argument(
        "--layer", action="append", default=[], metavar="LAYER", help="NAME (its newest version now), NAME:VERSION or ARN; may be given again, five at most"
    )
    @argument("--file", action="append", default=[], metavar="PATH", help="a file to put beside the code in /var/task; may be given again")
    @argument("--packages", choices=["lambda", "kernel"], default="lambda", help="kernel: show it the notebook's installed packages too")
    @argument("--snap-start", action="store_true", help="versions that are published of it start from a snapshot of their init")
    @cell_magic
    def function(self, line: str, cell: str) -> Defined:
        """Define a function: the cell is its whole module."""
        options = options_of(self.function, line)
        with shown_shortly():
            lab = the_lab()
            handle = lab.function(
                options.name,
                source=_with_files(cell, options.handler, options.file, self.shell.user_ns),
                handler=options.handler,
                runtime=options.runtime,
                memory_mb=options.memory,
                timeout_s=options.timeout,
                ephemeral_mb=options.tmp,
                reserved_concurrency=options.concurrency,
                variables=_variables(options.variable),
                layers=[lab.layers.arn(layer) for layer in options.layer],
                packages=options.packages,
                snap_start=options.snap_start,
            )
        return Defined(handle, cell, self.shell.user_ns)

    @no_var_expand
    @line_magic
    def invoke(self, line: str) -> Invoked | Throttled:
        """Invoke a function: ``%invoke NAME EVENT``, EVENT being JSON or a Python expression of the notebook; without one it is {}.
        ``NAME:QUALIFIER`` is a version or an alias of it."""
        named, event = self._name_and_event("invoke", line)
        name, _, qualifier = named.partition(":")
        with shown_shortly():
            try:
                outcome: Any = the_lab().get(name).invoke(event, qualifier or None)
                return Invoked(outcome.whole() if isinstance(outcome, ConnectedOutcome) else outcome)
            except TooManyRequestsException as throttle:
                return Throttled(name, throttle)

    @no_var_expand
    @line_magic
    def send(self, line: str) -> Sent:
        """Invoke a function asynchronously: ``%send NAME EVENT``, as for ``%invoke``. The event is in the function's queue then; nobody waits for it to run."""
        named, event = self._name_and_event("send", line)
        name, _, qualifier = named.partition(":")
        with shown_shortly():
            lab = the_lab()
            return Sent(lab, name, lab.get(name).send(event, qualifier or None))

    @no_var_expand
    @magic_arguments()
    @argument("name", help="the function's name")
    @argument("--rps", type=rate, default=10.0, help="calls a second")
    @argument("--for", dest="for_s", type=rate, default=5.0, help="seconds")
    @argument("--poisson", action="store_true", help="calls independent of each other, RPS on average")
    @argument("--ramp-to", type=rate, default=None, metavar="RPS", help="let the rate go from --rps to this")
    @argument("--burst", type=positive, default=None, metavar="N", help="N calls at once, in place of a rate")
    @argument("--background", action="store_true", help="do not wait: the traffic object is given back at once")
    @argument("--event", default="{}", help="what is sent: JSON, or a Python expression, which then stands last")
    @line_magic
    def traffic(self, line: str) -> Any:
        """Open-loop traffic: calls are sent when they are due, however slow the answers are. ``NAME:QUALIFIER`` is a version or an alias."""
        line, text = without_event(line)
        options = options_of(self.traffic, line)
        name, _, qualifier = options.name.partition(":")
        event = self._event(text) if text else {}
        with shown_shortly():
            lab = the_lab()
            handle = lab.get(name)
            event_bytes(event)
            since = lab.journal.seq
            limit = lab.view(name).limit
            traffic = lab.traffic(handle, self._arrivals(options), event, qualifier or None).start()
        if options.background:
            return traffic
        from .traffic_result import TrafficResult, follow

        follow(traffic, options.name)
        return TrafficResult(lab, name, traffic.summary(), since, limit)

    @magic_arguments()
    @argument("name", help="the function's name")
    @line_magic
    def panel(self, line: str) -> Any:
        """Sliders for a function, and charts that move while it runs."""
        name = options_of(self.panel, line).name
        with shown_shortly():
            lab = the_lab()
            lab.get(name)
        from .panels.panel import panel_of

        return panel_of(lab, name)

    @magic_arguments()
    @argument("name", help="the function's name")
    @argument("--last", type=positive, default=None, metavar="N", help="only the last N invocations")
    @line_magic
    def logs(self, line: str) -> Logs:
        """A function's log, as CloudWatch Logs would show it."""
        options = options_of(self.logs, line)
        with shown_shortly():
            return Logs(the_lab().logs(options.name, options.last))

    @magic_arguments()
    @argument("name", nargs="?", help="only what calls this function")
    @line_magic
    def sources(self, line: str) -> Any:
        """What calls functions by itself: queues, streams, buckets, schedules, HTTP; what waits there, and how it went."""
        options = options_of(self.sources, line)
        from .source_list import SourceList

        with shown_shortly():
            lab = the_lab()
            if options.name:
                lab.get(options.name)
            return SourceList(lab, options.name)

    @magic_arguments()
    @argument("--connect", default=None, metavar="URL", help="use a lab that runs elsewhere from now on, such as one of serverless-lab serve")
    @argument("--key", default=None, help="its access key; left out, AWS_ACCESS_KEY_ID of the environment")
    @argument("--secret", default=None, help="its secret; left out, AWS_SECRET_ACCESS_KEY of the environment")
    @argument("--here", action="store_true", help="use the kernel's own lab again")
    @line_magic
    def lab(self, line: str) -> Status:
        """What runs here, and what is enforced on this machine with what; or, from now on, at a lab elsewhere."""
        options = options_of(self.lab, line)
        with shown_shortly():
            if options.here:
                disconnect()
            if options.connect:
                connect(options.connect, options.key, options.secret)
            return Status(the_lab())

    def _name_and_event(self, magic: str, line: str) -> tuple[str, Any]:
        name, _, text = line.strip().partition(" ")
        if not name:
            raise mistake("UsageError", f"%{magic} NAME EVENT: which function? There are: {', '.join(the_lab().functions) or 'none yet'}")
        return name, self._event(text.strip()) if text.strip() else {}

    def _event(self, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as not_json:
            try:
                return eval(text, self.shell.user_ns)
            except Exception as no_expression:
                raise mistake(
                    "InvalidRequestContentException",
                    f"{text} is no event: as JSON, {not_json}; as Python, {type(no_expression).__name__}: {no_expression}",
                ) from None

    def _arrivals(self, options: Any) -> Any:
        try:
            if options.burst is not None:
                return arrivals.burst(options.burst)
            if options.ramp_to is not None:
                return arrivals.ramp(options.rps, options.ramp_to, options.for_s)
            if options.poisson:
                import random

                return arrivals.poisson(options.rps, options.for_s, random.Random(time.time_ns()).random)
            return arrivals.constant(options.rps, options.for_s)
        except ValueError as why:
            raise mistake(_NO_ARRIVALS, str(why)) from None


def _with_files(cell: str, handler: str, paths: list[str], notebook: dict[str, Any]) -> Any:
    """The cell alone, or with files beside it; a path may be the name of a notebook variable that holds it."""
    if not paths:
        return cell
    return {module_file(handler): cell.encode(), **files_beside(paths, notebook)}


def _variables(given: list[str]) -> dict[str, str]:
    variables = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals:
            raise mistake("UsageError", f"--variable is KEY=VALUE, not {one!r}")
        variables[key] = value
    return variables

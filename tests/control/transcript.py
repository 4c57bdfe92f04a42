"""Scenarios as transcripts: a line is a fact with its time, the indented lines after it are the orders that followed.

0.0  invoke a f            somebody calls f; the request is a
         start a on 1      a new environment, number 1
0.1  ready 1               its init is over
"""

from __future__ import annotations

from kernel_runtime.control import facts, orders
from kernel_runtime.control.controller import Controller
from kernel_runtime.control.invariants import broken
from kernel_runtime.control.lifecycle import ImpossibleFact
from kernel_runtime.model.errors import AwsError
from kernel_runtime.model.function import Function
from kernel_runtime.model.names import LATEST
from tests.journal.records import record

COMMANDS = """
account LIMIT [keep_alive=S]    begin with an account of this concurrency
function NAME[:VERSION] [reserved=N] [revision=N] [memory=MB]
delete NAME[:VERSION] | limit N | machine MB
alias NAME ALIAS VERSION [VERSION=WEIGHT …] | unalias NAME ALIAS
provision NAME QUALIFIER COUNT | unprovision NAME QUALIFIER
provisioned NAME QUALIFIER      (no fact: how it stands)
invoke REQUEST NAME[:QUALIFIER] [async] [draw=0.0…1.0]
ready ENVIRONMENT [failed] | refused ENVIRONMENT
finished ENVIRONMENT REQUEST [dead] [used=MB] | broken ENVIRONMENT REQUEST
died ENVIRONMENT | host-lost | time
"""


def play(text: str) -> str:
    """Run a transcript's facts and give the transcript with the orders that follow now. Raises AssertionError where an invariant breaks."""
    controller = Controller()
    lines = []
    for line in text.splitlines():
        if line.startswith(" "):
            continue
        lines.append(line.rstrip())
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0] == "account":
            options = _options(words[2:])
            controller = Controller(int(words[1]), float(options.get("keep_alive", 600)))
            continue
        if words[1] == "provisioned":
            lines.append(f"         {standing(controller, words[2], words[3])}")
            continue
        try:
            followed = [describe(order) for order in controller.step(fact_of(words[1:]), float(words[0]))]
        except (AwsError, ImpossibleFact) as why:
            followed = [f"{type(why).__name__}: {why}"]
        lines += [f"         {one}" for one in followed]
        assert not broken(controller), (line, broken(controller))
    return "\n".join(lines) + "\n"


def fact_of(words: list[str]) -> facts.Fact:
    kind, rest = words[0], words[1:]
    options, plain = _options(rest), [w for w in rest if "=" not in w]
    if kind == "function":
        reserved = options.get("reserved")
        name, version = _qualified(plain[0])
        return facts.FunctionPut(
            Function(
                name,
                "0",
                version=version,
                reserved_concurrency=None if reserved in (None, "none") else int(reserved),
                revision=int(options.get("revision", 1)),
                memory_mb=int(options.get("memory", 128)),
            )
        )
    if kind == "finished":
        used = int(options.get("used", 20))
        return facts.InvocationFinished(int(plain[0]), plain[1], "dead" not in plain, record(request_id=plain[1], max_memory_mb=used))
    if kind == "ready":
        return facts.EnvironmentReady(int(plain[0]), 5.0, ok="failed" not in plain)
    made: dict[str, facts.Fact] = {
        "host-lost": facts.HostLost(),
        "time": facts.TimeReached(),
    }
    if kind in made:
        return made[kind]
    if kind == "invoke":
        name, qualifier = _qualified(plain[1])
        return facts.InvokeRequested(plain[0], name, "async" not in plain, qualifier, float(options.get("draw", 0)))
    if kind == "broken":
        return facts.InvocationBroken(int(plain[0]), plain[1], "KeyboardInterrupt")
    if kind in ("delete", "alias", "unalias", "provision", "unprovision"):
        return _of_versions(kind, plain, options)
    number = int(plain[0])
    by_number = {
        "limit": lambda: facts.AccountLimitChanged(number),
        "machine": lambda: facts.MachineMeasured(number),
        "refused": lambda: facts.EnvironmentRefused(number, "no memory"),
        "died": lambda: facts.EnvironmentDied(number),
    }
    return by_number[kind]()


def _of_versions(kind: str, plain: list[str], options: dict[str, str]) -> facts.Fact:
    name, version = _qualified(plain[0])
    if kind == "alias":
        return facts.AliasPut(name, plain[1], plain[2], tuple((other, float(weight)) for other, weight in options.items()))
    if kind == "unalias":
        return facts.AliasDeleted(name, plain[1])
    if kind == "provision":
        return facts.ProvisionedPut(name, plain[1], int(plain[2]))
    if kind == "unprovision":
        return facts.ProvisionedDeleted(name, plain[1])
    return facts.VersionDeleted(name, version) if ":" in plain[0] else facts.FunctionDeleted(name)


def standing(controller: Controller, name: str, qualifier: str) -> str:
    view = controller.provisioned(name, qualifier)
    return f"{view.status}: {view.available} of {view.requested}" + (f", {view.reason}" if view.reason else "")


def describe(order: orders.Order) -> str:
    if isinstance(order, orders.Run):
        return f"run {order.request_id} on {order.environment_id} ({order.start}){_of(order.version)}"
    if isinstance(order, orders.Start):
        return f"start {order.request_id} on {order.environment_id}{_of(order.version)}"
    if isinstance(order, orders.Provision):
        return f"provision {order.environment_id}{_of(order.version)}"
    if isinstance(order, orders.Throttle):
        again = f", again in {order.retry_after_s:.3f} s" if order.retry_after_s is not None else ""
        return f"throttle {order.request_id}: {order.reason}{again}"
    if isinstance(order, orders.Refuse):
        return f"refuse {order.request_id}: {order.why}"
    if isinstance(order, orders.Stop):
        return f"stop {order.environment_id} ({order.why})"
    return f"wake at {order.time_s:g}"


def _options(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words if "=" in word)


def _qualified(text: str) -> tuple[str, str]:
    name, _, qualifier = text.partition(":")
    return name, qualifier or LATEST


def _of(version: str) -> str:
    return "" if version == LATEST else f" version {version}"

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
from tests.journal.records import record

COMMANDS = """
account LIMIT [keep_alive=S]    begin with an account of this concurrency
function NAME [reserved=N] [revision=N] [memory=MB]
delete NAME | limit N | machine MB
invoke REQUEST NAME [async]
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
        return facts.FunctionPut(
            Function(
                plain[0],
                "0",
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
        return facts.InvokeRequested(plain[0], plain[1], synchronous="async" not in plain)
    if kind == "broken":
        return facts.InvocationBroken(int(plain[0]), plain[1], "KeyboardInterrupt")
    if kind == "delete":
        return facts.FunctionDeleted(plain[0])
    number = int(plain[0])
    by_number = {
        "limit": lambda: facts.AccountLimitChanged(number),
        "machine": lambda: facts.MachineMeasured(number),
        "refused": lambda: facts.EnvironmentRefused(number, "no memory"),
        "died": lambda: facts.EnvironmentDied(number),
    }
    return by_number[kind]()


def describe(order: orders.Order) -> str:
    if isinstance(order, orders.Run):
        return f"run {order.request_id} on {order.environment_id} ({order.start})"
    if isinstance(order, orders.Start):
        return f"start {order.request_id} on {order.environment_id}"
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

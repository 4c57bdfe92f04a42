"""The worker host: one selector loop, one thread. It starts processes, sees them die, and kills them when a limit says so.

It lives as long as its socket to the kernel's side, and leaves nothing.
"""

from __future__ import annotations

import math
import os
import selectors
import shutil
import signal
import socket
import struct
import time
from typing import Any, Dict, List, Optional, Set

from ..runtimes.layer_paths import PATH_VARIABLES, placed
from ..slots import Slots
from ..wire import VERSION, Decoder, Died, Hello, Interrupt, Measured, Start, Stop, Welcome, WireError, encode
from .berths import Berths
from .environment import Environment
from .means import Means
from .restoring import restore
from .watch import MEASURE_EVERY_S, TICK_S, Contention, Watch
from .zygotes import Zygote, Zygotes

SLEEP_S = 0.25
"""How long the host sleeps at most while environments exist. No timeout is shorter than a second; a caller with less left rings the doorbell."""
REST_S = 0.003
"""After an order to start, how long nothing is made ahead: the cores are needed for what was ordered."""
_CREDENTIALS = struct.Struct("3i")
_RECEIVE_BYTES = 262_144


class Host:
    """``run`` returns when the kernel's side has gone."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._decoder = Decoder()
        self._fds: List[int] = []
        self._selector = selectors.DefaultSelector()
        self._zygotes = Zygotes(self._zygote_begun)
        self._environments: Dict[int, Environment] = {}
        self._by_pid: Dict[int, Environment] = {}
        self._ready, self._ready_ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ready_ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # who says it is ready is told by the system, not by who says it
        self._ready_early: Set[int] = set()
        self._hello: Optional[Hello] = None
        self._means: Optional[Means] = None
        self._berths: Optional[Berths] = None
        self._slots: Optional[Slots] = None
        self._watch: Optional[Watch] = None
        self._contention = Contention()
        self._measured_at = 0.0
        self._initialising: Dict[int, Environment] = {}
        self._highest_slot = 0
        self._soonest = math.inf
        self._kept: Dict[int, float] = {}
        self._refilling = True
        self._begun_at = 0.0
        self._open = True

    def run(self) -> None:
        self._listen(self._control.fileno(), self._hear_kernel)
        self._listen(self._ready_ours.fileno(), self._hear_ready)
        try:
            while self._open:
                in_store = not self._refilling or self._berths is None or not (self._berths.short or self._zygotes.short())
                rest_s = max(self._begun_at + REST_S - time.monotonic(), 0.0)
                sleep_s = self._sleep_s()
                events = self._selector.select(sleep_s if in_store else rest_s if sleep_s is None else min(rest_s, sleep_s))
                for key, _ in events:
                    key.data()
                if not events and not in_store and time.monotonic() >= self._begun_at + REST_S:
                    self._refill()
                if self._environments:
                    self._look(time.monotonic())
        finally:
            self._clean_up()

    # What is heard

    def _hear_kernel(self) -> None:
        try:
            data, fds, _, _ = socket.recv_fds(self._control, _RECEIVE_BYTES, 64)
            self._fds += fds
            messages = self._decoder.feed(data) if data else []
        except (OSError, WireError):
            data, messages = b"", []
        if not data:
            self._open = False
        for message in messages:
            if self._open:
                self._obey(message)

    def _obey(self, message: Any) -> None:
        brought = {Hello: 2, Start: 2}.get(type(message), 0)
        if isinstance(message, Hello) != (self._means is None) or len(self._fds) < brought:
            self._open = False  # one greeting, before any order; and what comes without its descriptors is no order
        elif isinstance(message, Hello):
            self._greet(message)
        elif isinstance(message, Start):
            self._start(message)
        elif isinstance(message, (Interrupt, Stop)):
            environment = self._environments.get(message.environment)
            if environment is not None:
                environment.stopping = environment.stopping or isinstance(message, Stop)
                environment.kill("interrupted")
                if environment.stopping and not environment.process:
                    self._forget(environment)

    def _greet(self, hello: Hello) -> None:
        if hello.version != VERSION:
            raise SystemExit(f"the worker host speaks version {VERSION} and the lab version {hello.version}: install the package anew and restart the kernel")
        self._hello = hello
        name = os.path.basename(hello.work_dir.rstrip("/"))
        self._slots = Slots(self._fds.pop(0))
        doorbell = self._fds.pop(0)
        self._listen(doorbell, lambda: os.eventfd_read(doorbell))  # type: ignore[attr-defined]
        self._watch = Watch(self._slots)
        self._means = Means(hello.mechanisms, hello.work_dir, name)
        self._berths = Berths(self._means)
        leftovers = sorted(set(self._means.groups.folders.values())) if self._means.groups else []
        self._say(Welcome(VERSION, self._means.rows(), leftovers, self._means.root is not None))

    def _start(self, start: Start) -> None:
        fds, self._fds = self._fds[:2], self._fds[2:]
        environment = self._environments.get(start.environment)
        if environment is not None and environment.process:
            environment.next_start = (start, fds)  # its last process is dying: see _dead
        else:
            self._begin(start, fds, environment)

    def _begin(self, start: Start, fds: List[int], environment: Optional[Environment]) -> None:
        assert self._berths is not None
        try:
            self._begun_at = time.monotonic()
            zygote = self._zygotes.get(start.interpreter)
            ahead = zygote.take_ahead() if environment is None and not (start.snapshot or start.template) else None
            if environment is None:
                environment = self._environments[start.environment] = Environment(start, ahead.berth if ahead else self._berths.take())
            deadline = time.monotonic() + start.init_timeout_s
            self._initialising[environment.number] = environment
            self._highest_slot = max(self._highest_slot, environment.slot)
            brought = [*fds, self._ready.fileno()]
            if start.template:
                snapshot = self._environments.get(start.template)
                while snapshot is not None and snapshot.process and not snapshot.pid:
                    self._hear_zygote(zygote)  # it is ready, and its number is still on the way
                restore(environment, snapshot, start, brought, deadline, zygote)
                return
            place = environment.begin(start, zygote.shared_kb(), deadline)
            plan = self._plan(start, environment)
            if ahead is not None and ahead.order({"plan": plan, "place": {**place, "groups": []}}, brought):
                self._born(start.environment, ahead.pid)
            else:
                zygote.order(start.environment, {"plan": plan, "place": place}, brought, start.snapshot)
            environment.limit_memory()
        except OSError as why:
            self._refused(start, f"{why.strerror or why}: {why.filename or ''}".rstrip(": "))
        finally:
            for fd in fds:
                os.close(fd)

    def _plan(self, start: Start, environment: Environment) -> Dict[str, Any]:
        """The kernel's plan with the paths that only the host knows."""
        plan, root = dict(start.plan), environment.root
        if root is None:
            given = plan["variables"]
            placed_paths = {name: placed(given[name], start.code, start.layers) for name in PATH_VARIABLES if name in given}
            variables = {**given, **placed_paths, "TMPDIR": environment.tmp, "HOME": environment.tmp, "LAMBDA_TASK_ROOT": start.code, "PWD": start.code}
            plan.update(task_root=start.code, variables=variables)
            plan["import_paths"] = [start.layers + path[len("/opt") :] for path in plan["import_paths"]] if start.layers else []
        else:
            for paths in ("extra_paths", "sdk_paths"):
                plan[paths] = [root.inside(path) for path in plan[paths]]
            plan["executable"] = root.inside(start.interpreter)
        return plan

    def _hear_ready(self) -> None:
        _, ancillary, _, _ = self._ready_ours.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
        for _, kind, data in ancillary:
            if kind == socket.SCM_CREDENTIALS:
                self._ready_is(_CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0])

    def _ready_is(self, pid: int) -> None:
        environment = self._by_pid.get(pid)
        if environment is None:
            self._ready_early.add(pid)  # its number is still on the way: see _born
        else:
            self._initialising.pop(environment.number, None)
            environment.initialised(time.monotonic())

    def _hear_zygote(self, zygote: Zygote) -> None:
        news = zygote.news()
        if not news:
            self._zygote_ended(zygote)
        for kind, *words in news:
            if kind == "P":
                self._born(int(words[0]), int(words[1]))
            elif kind == "A":
                zygote.forked_ahead(int(words[0]), int(words[1]))
            elif kind == "D":
                zygote.lost_ahead(int(words[0]))
                self._dead(int(words[0]), int(words[1]), int(words[2]))
            elif kind == "B":
                self._refilling = False
                zygote.not_forked_ahead(int(words[0]))
            else:
                self._not_born(int(words[0]), " ".join(words[1:]))

    def _born(self, number: int, pid: int) -> None:
        environment = self._environments[number]
        environment.pid = pid
        environment.forked(time.monotonic())
        self._by_pid[pid] = environment
        if environment.group is not None and environment.group.event is not None:
            self._listen_to_memory(environment)
        if pid in self._ready_early:
            self._ready_early.discard(pid)
            self._ready_is(pid)
        if environment.ending:
            environment.kill(environment.ending)

    def _not_born(self, number: int, why: str) -> None:
        environment = self._environments[number]
        self._say(Died(number, environment.process, "refused", 0, 0, f"no process can be started: {why}"))
        self._empty(environment)
        if environment.stopping:
            self._forget(environment)

    def _refused(self, start: Start, why: str) -> None:
        self._say(Died(start.environment, start.process, "refused", 0, 0, why))
        if start.environment in self._environments:
            self._empty(self._environments[start.environment])

    def _empty(self, environment: Environment) -> None:
        """No process is in it, and nothing of one is waited for."""
        environment.pid = environment.process = 0
        environment.init_deadline = None
        self._initialising.pop(environment.number, None)

    def _dead(self, pid: int, status: int, max_rss_kb: int) -> None:
        environment = self._by_pid.pop(pid, None)
        if environment is None:
            return  # a grandchild that had lost its parent
        cause, detail = environment.ending, 0
        if not cause:
            cause, detail = ("signal", os.WTERMSIG(status)) if os.WIFSIGNALED(status) else ("exit", os.WEXITSTATUS(status))
        if cause == "signal" and environment.group is not None and environment.group.killed_for_memory():
            cause = "out_of_memory"
        environment.kill("exit")  # what it left behind
        memory_mb = environment.memory_bytes // (1024 * 1024)
        used_mb = memory_mb if cause == "out_of_memory" else min(-(-max_rss_kb // 1024), memory_mb)
        self._say(Died(environment.number, environment.process, cause, detail, used_mb, environment.message))
        self._empty(environment)
        following, environment.next_start = environment.next_start, None
        if environment.stopping:
            for fd in following[1] if following else []:
                os.close(fd)
            self._forget(environment)
        elif following:
            self._begin(*following, environment)

    def _zygote_begun(self, zygote: Zygote) -> None:
        self._listen(zygote.socket.fileno(), lambda: self._hear_zygote(zygote))

    def _zygote_ended(self, zygote: Zygote) -> None:
        """Its children have died with it; nobody will say so but we."""
        self._selector.unregister(zygote.socket)
        self._zygotes.forget(zygote)
        for environment in list(self._environments.values()):
            if environment.process and environment.interpreter == zygote.interpreter:
                self._by_pid[environment.pid] = environment
                self._dead(environment.pid, signal.SIGKILL, 0)

    # What is looked at

    def _sleep_s(self) -> Optional[float]:
        if not self._environments or self._slots is None:
            return None
        now = time.monotonic()
        deadlines = self._deadlines()
        watches = self._means is not None and self._means.watches
        ticking = watches and bool(deadlines)
        self._slots.wants_doorbell(watches and not ticking)
        if not ticking and not deadlines:
            deadlines = self._deadlines()  # one that began before the doorbell was hung out
        self._soonest = min(deadlines, default=math.inf)
        return max(min(TICK_S if ticking else SLEEP_S, self._soonest - now), 0.0)

    def _deadlines(self) -> List[float]:
        """Of every invocation and init that is under way. No walk over what is idle."""
        assert self._slots is not None
        in_slots = enumerate(self._slots.deadlines(self._highest_slot)[1:], 1)
        deadlines = [deadline for slot, deadline in in_slots if deadline and deadline != self._kept.get(slot)]
        return deadlines + [e.init_deadline for e in self._initialising.values() if e.init_deadline is not None and not e.ending]

    def _look(self, now: float) -> None:
        assert self._slots is not None and self._watch is not None and self._means is not None
        if self._soonest <= now:
            for environment in self._environments.values():
                deadline = environment.init_deadline or self._slots.deadline(environment.slot)
                if not deadline or deadline > now or environment.waits_for_its_fork(now):
                    continue
                if not environment.init_deadline:
                    self._kept[environment.slot] = deadline  # until its caller takes it out of the slot, which may be busy
                if environment.process and not environment.ending:
                    environment.kill("timeout")
        if self._means.watches:
            self._watch.look(self._environments.values(), now)
        if now - self._measured_at >= MEASURE_EVERY_S:
            self._measured_at = now
            self._say(Measured(*self._contention.measure(self._environments.values())))

    # Pieces

    def _refill(self) -> None:
        """One more child ahead, or one more place in store, while there is nothing else to do."""
        assert self._berths is not None
        try:
            zygote = self._zygotes.short()
            if zygote is not None:
                zygote.fork_ahead(self._berths.take())
            else:
                self._berths.refill()
        except OSError:
            self._refilling = False  # whoever needs a place is told

    def _listen(self, fd: int, hear: Any) -> None:
        self._selector.register(fd, selectors.EVENT_READ, hear)

    def _listen_to_memory(self, environment: Environment) -> None:
        assert environment.group is not None and environment.group.event is not None
        event = environment.group.event

        def hear() -> None:
            os.eventfd_read(event)  # type: ignore[attr-defined]
            if environment.pid and not environment.ending:
                environment.look_at_the_limit()

        if event not in self._selector.get_map():
            self._listen(event, hear)

    def _forget(self, environment: Environment) -> None:
        del self._environments[environment.number]
        if environment.group is not None and environment.group.event is not None and environment.group.event in self._selector.get_map():
            self._selector.unregister(environment.group.event)
        environment.remove()

    def _say(self, message: Any) -> None:
        try:
            self._control.sendall(encode(message))
        except OSError:
            self._open = False

    def _clean_up(self) -> None:
        for environment in self._environments.values():
            environment.kill("interrupted")
        self._zygotes.end()
        for environment in self._environments.values():
            environment.remove()
        if self._means is not None and self._berths is not None:
            self._berths.remove()
            self._means.remove()
        if self._hello is not None:
            for folder in self._hello.remove:
                shutil.rmtree(folder, ignore_errors=True)

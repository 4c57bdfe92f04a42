"""The snapshots among a zygote's children: the zygote hands each order to restore on to the process it is for, and hears whom that has forked.

A snapshot is stopped while nothing is asked of it, with whatever threads its init has begun. It does its forks one after the other, so what it says answers
the orders in their order.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections import deque
from typing import Callable, Deque, Dict, List

_RECEIVE_BYTES = 4_096
Answer = Callable[[bytes, int, str], None]
"""The number of an order, the process number of who was forked for it (0 where none was), and why none was."""


class Template:
    """One of them: its process number, the zygote's end of its socket, and the orders that it has not answered."""

    def __init__(self, pid: int, sock: socket.socket) -> None:
        self.pid = pid
        self.socket = sock
        self.asked: Deque[bytes] = deque()


class Templates:
    """``poll`` wakes the zygote when one of them speaks. ``answer`` is told what came of each order."""

    def __init__(self, poll: select.poll, answer: Answer) -> None:
        self._poll = poll
        self._answer = answer
        self._by_pid: Dict[int, Template] = {}

    def add(self, pid: int, sock: socket.socket) -> None:
        self._by_pid[pid] = Template(pid, sock)
        self._poll.register(sock, select.POLLIN)

    def restore(self, number: bytes, order: bytes, fds: List[int]) -> None:
        """Have a snapshot forked; ``order`` begins with its process number."""
        to, _, order = order.partition(b" ")
        pid = int(to)
        template = self._by_pid.get(pid)
        if template is None:
            self._answer(number, 0, "its snapshot is gone")
            return
        template.asked.append(number)
        os.kill(pid, signal.SIGCONT)
        try:
            socket.send_fds(template.socket, [order], fds)
        except OSError as why:
            template.asked.remove(number)
            self._answer(number, 0, str(why.strerror))

    def hear(self) -> None:
        """What any of them has said since the last time."""
        for template in self._by_pid.values():
            while self._hear(template):
                pass

    def gone(self, pid: int) -> None:
        """A child has died, which may have been one of them."""
        template = self._by_pid.pop(pid, None)
        if template is not None:
            while template.asked and self._hear(template):
                pass
            for number in template.asked:
                self._answer(number, 0, "its snapshot is gone")
            self._poll.unregister(template.socket)
            template.socket.close()

    def _hear(self, template: Template) -> bool:
        try:
            said = template.socket.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT)
        except OSError:
            return False
        kind, _, text = said.partition(b" ")
        if template.asked and kind in (b"P", b"F"):  # else the function has found the socket, and says nothing that anybody has asked for
            born = int(text) if kind == b"P" and text.isdigit() else 0
            self._answer(template.asked.popleft(), born, text.decode(errors="replace"))
        elif kind == b"D" and not template.asked:
            os.kill(template.pid, signal.SIGSTOP)
        return bool(said)

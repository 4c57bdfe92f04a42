"""What the kernel's side and the worker host say to each other; sans-IO.

A message is a little-endian length (4 bytes) and a JSON object with its ``kind``. ``Start`` is accompanied by two file descriptors: the environment's
end of its channel, and its log.
"""

from __future__ import annotations

import json
import struct
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Dict, List, Type

VERSION = 2
MESSAGE_MAX_BYTES = 1024 * 1024
_LENGTH = struct.Struct("<I")


class WireError(Exception):
    """Bytes that are no message. Final: the connection is of no more use."""


@dataclass(frozen=True)
class Hello:
    """The first word of the kernel's side. work_dir: an empty folder, the host's own. remove: folders to remove when the kernel has died. Brings the
    slots' memory along."""

    version: int
    mechanisms: str
    work_dir: str
    remove: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class Start:
    """Begin a process in an environment. process: counts an environment's processes. plan: see runtimes.bootstraps.python.serve. shown: folders the
    process must see.

    The environment is made when ``again`` is false. init_timeout_s: it is killed then, unless it is ready. snapshot: once initialised it serves nobody, and
    others are restored from it. template: the environment whose snapshot is restored here, 0 for none; ``plan`` has then only what differs.
    """

    environment: int
    process: int
    slot: int
    interpreter: str
    code: str
    layers: str
    memory_mb: int
    tmp_mb: int
    init_timeout_s: float
    again: bool
    shown: List[str]
    plan: Dict[str, Any]
    snapshot: bool = False
    template: int = 0


@dataclass(frozen=True)
class Interrupt:
    """Kill an environment's process; the environment stays."""

    environment: int


@dataclass(frozen=True)
class Stop:
    """End an environment."""

    environment: int


@dataclass(frozen=True)
class Welcome:
    """The host's first word. rows: limit, mechanism, enforced, note. leftovers: what is to be removed should the host be killed. task_root, tmp: as
    processes see them."""

    version: int
    rows: List[List[Any]]
    leftovers: List[str]
    own_root: bool


@dataclass(frozen=True)
class Died:
    """The process of an environment is dead. cause: see model.invocation.Cause. detail: exit status or signal."""

    environment: int
    process: int
    cause: str
    detail: int
    max_memory_mb: int
    message: str = ""


@dataclass(frozen=True)
class Measured:
    """What this machine has left, and CPU seconds that environments were due and got since the last time."""

    available_mb: int
    cpu_due_s: float
    cpu_obtained_s: float


KINDS: Dict[str, Type[Any]] = {kind.__name__: kind for kind in (Hello, Start, Interrupt, Stop, Welcome, Died, Measured)}
_CHECKS = {"int": int, "str": str, "bool": bool, "float": (int, float)}


def encode(message: Any) -> bytes:
    """One message as bytes."""
    body = json.dumps({"kind": type(message).__name__, **vars(message)}, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


def decode(body: bytes) -> Any:
    """A message's body as what it says. Raises WireError."""
    try:
        said = json.loads(body)
        kind = KINDS[said.pop("kind")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as why:
        raise WireError(f"no message: {why!r}") from None
    for known in fields(kind):
        if known.name not in said:
            if known.default is MISSING and known.default_factory is MISSING:
                raise WireError(f"{kind.__name__} without {known.name}")
        elif not _fits(said[known.name], str(known.type)):
            raise WireError(f"{kind.__name__}.{known.name} is no {known.type}")
    try:
        return kind(**said)
    except TypeError as why:
        raise WireError(str(why)) from None


def _fits(value: Any, kind: str) -> bool:
    if kind in _CHECKS:
        return isinstance(value, _CHECKS[kind]) and isinstance(value, bool) == (kind == "bool")  # type: ignore[arg-type]
    return isinstance(value, dict if kind.startswith("Dict") else list)


class Decoder:
    """Bytes in, messages out."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> List[Any]:
        """The messages that ``data`` completes. Raises WireError, which is final."""
        self._held += data
        messages = []
        while len(self._held) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._held)
            if size > MESSAGE_MAX_BYTES:
                raise WireError(f"a message of {size} bytes; {MESSAGE_MAX_BYTES} is the most")
            end = _LENGTH.size + size
            if len(self._held) < end:
                break
            messages.append(decode(bytes(self._held[_LENGTH.size : end])))
            del self._held[:end]
        return messages

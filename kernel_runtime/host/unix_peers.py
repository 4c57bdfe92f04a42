"""Which UNIX sockets belong together: the system's own word (sock_diag(7)), since a socket does not know whose its other end is."""

from __future__ import annotations

import socket
import struct
from typing import Dict, Iterable

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_UDIAG_SHOW_PEER = 4
_UNIX_DIAG_PEER = 2
_ANY_COOKIE = 0xFFFFFFFF
_HEADER = struct.Struct("IHHII")
_REQUEST = struct.Struct("BBHIIIII")
_ANSWER = struct.Struct("BBBBIII")
_ATTRIBUTE = struct.Struct("HH")


def peers(inodes: Iterable[int]) -> Dict[int, int]:
    """Socket to the one at its other end, both by inode; those that have none are left out. Raises OSError where the system does not say."""
    found: Dict[int, int] = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as netlink:
        for inode in inodes:
            body = _REQUEST.pack(socket.AF_UNIX, 0, 0, 0xFFFFFFFF, inode, _UDIAG_SHOW_PEER, _ANY_COOKIE, _ANY_COOKIE)
            netlink.send(_HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0) + body)
            peer = _peer(netlink.recv(4_096))
            if peer:
                found[inode] = peer
    return found


def _peer(said: bytes) -> int:
    size, kind = _HEADER.unpack_from(said)[:2]
    at = _HEADER.size + _ANSWER.size
    while kind == _SOCK_DIAG_BY_FAMILY and at + _ATTRIBUTE.size <= min(size, len(said)):
        length, name = _ATTRIBUTE.unpack_from(said, at)
        if name == _UNIX_DIAG_PEER:
            return int(struct.unpack_from("I", said, at + _ATTRIBUTE.size)[0])
        at += max(length + 3 & ~3, _ATTRIBUTE.size)
    return 0

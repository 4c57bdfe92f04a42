"""The worker host's program: ``python -m kernel_runtime.host FD``, with its end of the kernel's socket as descriptor FD."""

from __future__ import annotations

import resource
import socket
import sys

from .loop import Host


def main(fd: int) -> None:
    """Raise the number of descriptors that we may hold (a few an environment), and run."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    Host(socket.socket(fileno=fd)).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))

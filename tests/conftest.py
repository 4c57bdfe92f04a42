"""For every test: Ctrl-C is heard, as it is by a program that somebody runs, also where a shell has put pytest into the background, which ignores it."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

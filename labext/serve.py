"""``serverless-lab serve``: a lab without a notebook, at an address of its own, until Ctrl-C or SIGTERM; a second one does not wait for what is in flight."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace

from kernel_runtime import AwsError, Lab, LabError

from .lab_config import BadConfig, LabConfig, read_config, source_of


class Stop:
    """Waits for a signal. The first one asks the lab to close in order; after a second one the process ends at once, and the worker host, environments and
    services with it.

    A signal may reach any thread, and its handler the main thread in the middle of anything: so what is waited for is a byte in a pipe, and no lock.
    """

    def __init__(self) -> None:
        self._asked = False
        self._read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.ask())

    def ask(self) -> None:
        if self._asked:
            os._exit(130)
        self._asked = True

    def wait(self) -> None:
        while not self._asked:
            os.read(self._read, 1)


def serve(options: Namespace) -> int:
    """0 when it was stopped, 2 where it could not start."""
    stop = Stop()
    try:
        config = read_config(options.config) if options.config else LabConfig()
        if options.accept_any_credentials:
            config.options["accept_any_credentials"] = True
        if options.clock is not None:
            config.options["clock"] = options.clock
        with Lab(options.home, endpoint_host=options.host, endpoint_port=options.port, **config.options) as lab:
            for name, (code, settings) in config.functions.items():
                lab.function(name, source_of(code), **settings)
            print(introduction(lab), flush=True)
            stop.wait()
            print("Serverless Lab: stopping", flush=True)
        return 0
    except (BadConfig, LabError, AwsError, OSError) as why:
        print(f"serverless-lab serve: {why}", file=sys.stderr)
        return 2


def introduction(lab: Lab) -> str:
    """The address, the keys as a shell takes them, and what is there."""
    owner = lab.credentials.owner
    lines = [
        f"Serverless Lab at {lab.endpoint_url} (Ctrl-C stops)",
        f"  functions: {', '.join(lab.functions) or 'none yet'}",
        "",
        "In a notebook, after %load_ext labext:",
        f"%lab --connect {lab.endpoint_url} --key={owner.access_key} --secret={owner.secret}",
        "",
        f"export AWS_ENDPOINT_URL={lab.endpoint_url}",
        f"export AWS_ACCESS_KEY_ID={owner.access_key}",
        f"export AWS_SECRET_ACCESS_KEY={owner.secret}",
        "export AWS_DEFAULT_REGION=us-east-1",
        "",
        "aws lambda list-functions                  # or boto3, or any tool that speaks AWS's API",
        f"aws lambda create-function … --role {lab.role_arn}   # a role that is there from the start",
    ]
    return "\n".join(lines)

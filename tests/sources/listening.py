"""A lab with a function that keeps the events it is called with, where a test can read them."""

from __future__ import annotations

import json
from typing import Any

from kernel_runtime import Lab
from kernel_runtime.function_handle import FunctionHandle

from ..fleet.running import until

SOURCE = "import json\ndef handler(event, context):\n    print('EVENT', json.dumps(event))\n"


class Listener:
    """A function of that name. ``next()`` gives what it was called with since the last time, oldest first, once there are as many as wanted."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.function: FunctionHandle = lab.function(name, source=SOURCE)
        self.name = name
        self.arn = str(lab.boto3("lambda").get_function_configuration(FunctionName=name)["FunctionArn"])
        self._seen = 0

    def next(self, count: int = 1) -> list[Any]:
        until(lambda: len(self._events()) >= self._seen + count)
        return self.rest()

    def rest(self) -> list[Any]:
        """Those that are there by now."""
        events = self._events()
        self._seen, new = len(events), events[self._seen :]
        return new

    def _events(self) -> list[Any]:
        return [json.loads(line.removeprefix("EVENT ")) for line in self.lab.logs(self.name).splitlines() if line.startswith("EVENT ")]

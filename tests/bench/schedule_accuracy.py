"""How long after it was due a schedule's invocation begins: EventBridge Scheduler's single times, a second apart, to a warm function that tells the time."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from kernel_runtime import Lab

from .row import Row

SOURCE = "import time\ndef handler(event, context):\n    print('LATE', time.time(), event.get('due', ''))\n"
_TIMES = 10
_BAR_MS = 50.0


def measure() -> list[Row]:
    with Lab() as lab:
        function = lab.function("tells-the-time", source=SOURCE, memory_mb=1_769)
        function.invoke({})
        function.on_schedule("cron(0 0 1 1 ? 2199)")  # the services are there, and so are the clients
        scheduler, arn = lab.boto3("scheduler"), "arn:aws:lambda:us-east-1:000000000000:function:tells-the-time"
        first = int(time.time()) + 5
        for at in range(first, first + _TIMES):
            expression = f"at({datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S})"
            target = {"Arn": arn, "RoleArn": lab.role_arn, "Input": json.dumps({"due": at})}
            scheduler.create_schedule(Name=f"s{at}", ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target)
        time.sleep(first + _TIMES - time.time())
        late = _late_ms(lab.logs("tells-the-time"))
    assert len(late) == _TIMES, f"{_TIMES - len(late)} were left out"
    worst, middle = max(late), sorted(late)[_TIMES // 2]
    told = f"p50 {middle:.1f} ms, worst {worst:.1f} ms"
    return [Row(f"{_TIMES} schedules, due to handler", told, "the time itself", f"{worst:.1f} ms", "≤ 50 ms", worst <= _BAR_MS)]


def _late_ms(log: str) -> list[float]:
    told = [line.split() for line in log.splitlines() if line.startswith("LATE")]
    return [(float(words[1]) - float(words[2])) * 1_000 for words in told if len(words) == 3]

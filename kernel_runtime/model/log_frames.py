"""What a runtime hands over as one log record, marked as one within the bytes that a function prints.

Lambda's runtimes hand records over in frames, so that an error with its traceback is one event in CloudWatch Logs, as recorded; what is printed is an event a
line. The marks are two of Unicode's noncharacters, which are for such use inside a program and in no text that is exchanged.
"""

from __future__ import annotations

import re

BEGIN, END = "\ufdd0", "\ufdd1"
_MESSAGE = re.compile(f"{BEGIN}([^{END}]*)(?:{END}\n?|\\Z)|([^\n{BEGIN}]*\n|[^\n{BEGIN}]+)")


def framed(record: str) -> str:
    """``record`` as it is written: marked unless it is a line as it stands, and with a line end between it and what follows."""
    if record.find("\n") == len(record) - 1 and record:
        return record
    return f"{BEGIN}{record}{END}" + ("" if record.endswith("\n") else "\n")


def plain(text: str) -> str:
    """What was written, without its marks."""
    return text.replace(BEGIN, "").replace(END, "") if BEGIN in text or END in text else text


def messages(text: str) -> list[str]:
    """The events that CloudWatch Logs is sent: a record each, a line each of the rest, none that is blank. A record that was cut is one too."""
    found = (match[1] if match[1] is not None else match[2] for match in _MESSAGE.finditer(text))
    return [plain(message) for message in found if message.strip()]

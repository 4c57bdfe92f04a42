"""What a handler returns, as the bytes of the answer: JSON as AWS's Python runtime client writes it, ``bytes`` as they are.

Decimal is a number with all its digits, bytes inside are UTF-8 text, NaN and Infinity pass; characters beyond ASCII are kept from
python3.12 on and escaped before.
A named tuple is written as a list, where AWS's client (simplejson) writes an object.
"""

from __future__ import annotations

import json
import os
import re
from decimal import Decimal
from typing import Any

from .faults import Fault


class Marshaller:
    """Holds what does not change between invocations. ``keep_unicode``: write characters beyond ASCII as they are."""

    def __init__(self, keep_unicode: bool) -> None:
        self._mark = f"decimal-{os.urandom(8).hex()}-"
        self._decimals = False
        self._encode = json.JSONEncoder(ensure_ascii=not keep_unicode, default=self._other).encode

    def bytes_of(self, response: Any) -> bytes:
        """The answer's bytes. Raises Fault where the response cannot be written as JSON."""
        if isinstance(response, bytes):
            return response
        try:
            text = self._encode(response)
            if self._decimals:
                self._decimals = False
                text = re.sub(f'"{self._mark}([^"]*)"', r"\1", text)  # compiled where it is needed: that takes longer than many a cold start may
            return text.encode()
        except Exception as why:
            raise Fault("Runtime.MarshalError", f"Unable to marshal response: {why}") from None

    def _other(self, value: Any) -> Any:
        """JSON has no hook for a number as text: a decimal is marked here and the mark is taken off in the end."""
        if isinstance(value, Decimal):
            if value.is_nan():
                return float("nan")
            self._decimals = True
            return f"{self._mark}{value}"
        if isinstance(value, bytes):
            return value.decode()
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

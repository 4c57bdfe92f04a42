"""Numbers and values as Java prints them, since that is how AWS's answers and error texts show them."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from typing import Any

from botocore.model import Shape


def double_text(value: float) -> str:
    """``1.0``, ``0.25``, ``1.738324800123E9`` (Java: Double.toString: plain from 0.001 up to 10,000,000, else one digit before the point)."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    sign, digits, exponent = Decimal(repr(float(value))).as_tuple()
    assert isinstance(exponent, int)
    power = len(digits) - 1 + exponent
    fraction = "".join(map(str, digits[1:])).rstrip("0") or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{power}"


def value_text(value: Any, shape: Shape) -> str:
    """A value of ``shape`` inside an error text: lists ``[a, b]``, maps ``{k=v}``, structures ``Name(member=v)``."""
    if value is None:
        return "null"
    match shape.type_name:
        case "list":
            return f"[{', '.join(value_text(item, shape.member) for item in value)}]"
        case "map":
            return f"{{{', '.join(f'{value_text(k, shape.key)}={value_text(v, shape.value)}' for k, v in value.items())}}}"
        case "structure":
            inner = (f"{lower_camel(name)}={value_text(value.get(name), member)}" for name, member in shape.members.items())
            return f"{shape.name}({', '.join(inner)})"
        case "blob":
            return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
        case "boolean":
            return "true" if value else "false"
        case "double" | "float":
            return double_text(value)
        case "timestamp":
            return value.isoformat() if isinstance(value, datetime) else str(value)
        case _:
            return str(value)


def lower_camel(name: str) -> str:
    """A member's name inside an error text: ``FunctionName`` is ``functionName``, ``KMSKeyArn`` is ``kMSKeyArn``."""
    return name[:1].lower() + name[1:]

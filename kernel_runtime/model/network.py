"""What a function has moved through the AWS door."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Traffic:
    """What one function has moved. bytes_per_s: its share now, for all its environments in use; waited_s: how long its bytes have been held back."""

    sent_bytes: int = 0
    received_bytes: int = 0
    waited_s: float = 0.0
    bytes_per_s: float = 0.0

"""create_function by boto3 with a zip of 40 MB, against writing and hashing 40 MB."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from pathlib import Path

from kernel_runtime import Lab

from .constant import ONCE, side_by_side
from .row import Row

SIZE = 40 * 1024 * 1024
_TIMES = 7
_ROLE = "arn:aws:iam::000000000000:role/serverless-lab"


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as home, Lab(home) as lab:
        aws = lab.boto3("lambda", config=ONCE)
        packages = iter([_package() for _ in range(_TIMES + 1)])
        contents = iter([os.urandom(SIZE) for _ in range(_TIMES + 1)])
        numbers = iter(range(_TIMES + 1))

        def create() -> None:
            code = {"ZipFile": next(packages)}
            aws.create_function(FunctionName=f"large-{next(numbers)}", Runtime="python3.13", Role=_ROLE, Handler="index.handler", Code=code)

        def write() -> None:
            content = next(contents)
            hashlib.sha256(content).digest()
            with Path(home, "floor").open("wb") as file:
                file.write(content)
                os.fsync(file.fileno())

        floor, created = side_by_side(_TIMES, write, create)
    figure = created / floor
    told = f"hashing and writing 40 MB {floor:.0f} ms"
    return [Row("create_function, zip of 40 MB, p50", f"{created:.0f} ms", told, f"{figure:.2f}×", "≤ 3×", figure <= 3)]


def _package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
        archive.writestr("data.bin", os.urandom(SIZE - 1_000))
    return buffer.getvalue()

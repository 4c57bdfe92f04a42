"""One fleet a module, by each set of mechanisms: the best of this machine, and those that need no cgroup and no namespace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .running import Running


@pytest.fixture(scope="module", params=["best", "portable"])
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    with Running(request.param) as running:
        yield running

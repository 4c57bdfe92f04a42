"""Which user ids environments get."""

from __future__ import annotations

import pytest

from kernel_runtime.host.users import FIRST, first_user, mapped

WHOLE = "         0          0 4294967295\n"
ROOTLESS = "         0       1000          1\n         1     100000      65536\n"


def test_a_whole_system_gives_each_host_a_stretch_of_its_own() -> None:
    ids = mapped(WHOLE)
    one, other = first_user(ids, ids, 7, 100), first_user(ids, ids, 8, 100)
    assert one == FIRST + 700
    assert other == FIRST + 800


def test_a_rootless_container_gives_what_it_has() -> None:
    ids = mapped(ROOTLESS)
    first = first_user(ids, ids, 7, 16_384)
    assert first is not None
    assert first > 1 and first + 16_384 <= 65_534  # 65,534 is "nobody"


@pytest.mark.parametrize("text", ["         0       1000          1\n", "", "         0 100000 10000\n"])
def test_too_few_are_none(text: str) -> None:
    assert first_user(mapped(text), mapped(text), 7, 16_384) is None


def test_groups_must_be_there_too() -> None:
    assert first_user(mapped(WHOLE), mapped("0 1000 1\n"), 7) is None

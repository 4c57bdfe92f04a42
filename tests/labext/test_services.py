"""What a user hears where the other services are not installed."""

from __future__ import annotations

import pytest

from labext import cli, services


def test_what_is_missing_is_said_with_the_mend(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(services, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["doctor"])
    assert ended.value.code == 0
    assert "pip install 'serverless-lab[services]'" in capsys.readouterr().out


def test_nothing_is_said_where_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "find_spec", lambda _: object())
    assert services.hint() == ""

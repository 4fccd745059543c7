"""Example history comes into a folder that is made just now, once, and into no other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection

from xiangcun import prepare


class _Start:
    """A start of which only the commands are seen; ``tables`` are there before it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commands: list[str] = []
        self.tables: list[str] = []
        self.failure: BaseException | None = None
        monkeypatch.setattr(prepare, "call_command", self._call)
        monkeypatch.setattr(prepare, "COLLECT", [sys.executable, "-c", ""])
        monkeypatch.setattr(
            connection.introspection, "table_names", lambda *_args, **_kwargs: self.tables
        )

    def _call(self, name: str, **_options: object) -> None:
        self.commands.append(name)
        if name == "migrate":
            self.tables = ["dispatch_ticket"]
        if name == "simulate" and self.failure is not None:
            raise self.failure

    def run(self) -> bool:
        """Start; True when the history was made."""
        self.commands.clear()
        assert prepare.main() == 0
        return "simulate" in self.commands


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> _Start:
    settings.DATA_DIR = tmp_path
    monkeypatch.delenv("XIANGCUN_DEMO_HISTORY", raising=False)
    return _Start(monkeypatch)


def test_a_new_folder_is_filled_once(start: _Start) -> None:
    assert start.run()
    assert not start.run()


def test_a_folder_of_an_older_release_is_never_filled(start: _Start) -> None:
    start.tables = ["dispatch_ticket"]
    assert not start.run()


def test_interrupted_it_is_made_at_the_next_start(start: _Start) -> None:
    start.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        start.run()
    start.failure = None
    assert start.run()
    assert not start.run()


def test_one_that_cannot_be_made_holds_nobody_up(
    start: _Start, capsys: pytest.CaptureFixture[str]
) -> None:
    start.failure = CommandError("没有网格")
    assert start.run()
    assert "没有网格" in capsys.readouterr().err
    assert not start.run()


def test_it_can_be_switched_off(start: _Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANGCUN_DEMO_HISTORY", "0")
    assert not start.run()
    monkeypatch.delenv("XIANGCUN_DEMO_HISTORY")
    assert not start.run()


def test_production_gets_none(start: _Start, settings: Any) -> None:
    settings.PRODUCTION = True
    assert not start.run()

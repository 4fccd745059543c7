"""The registry and its runner."""

import threading
from collections.abc import Iterator

import pytest

from xiangcun.lib import health
from xiangcun.lib.health import Outcome


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_registry", {})
    monkeypatch.setattr(health, "_running", {})


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_it_works() -> None:
    health.register("one", "一", lambda: Outcome(True))
    health.register("two", "二", lambda: Outcome(False, "坏了"))
    one, two = health.run_checks()
    assert (one.name, one.label, one.outcome) == ("one", "一", Outcome(True))
    assert two.outcome == Outcome(False, "坏了")


def test_it_handles_a_check_that_raises_without_telling_what() -> None:
    def broken() -> Outcome:
        raise ConnectionError("postgres://user:password@host")

    health.register("broken", "坏", broken)
    (result,) = health.run_checks()
    assert result.outcome == Outcome(False, "检查出错（ConnectionError）")


def test_it_handles_a_check_that_hangs_and_asks_it_only_once(gate: threading.Event) -> None:
    asked = []

    def hanging() -> Outcome:
        asked.append(1)
        gate.wait(10)
        return Outcome(True)

    health.register("hanging", "卡住", hanging)
    for _ in range(3):
        (result,) = health.run_checks(0.05)
        assert result.outcome == Outcome(False, "检查超时")
    assert len(asked) == 1

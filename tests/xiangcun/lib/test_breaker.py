"""The circuit breaker."""

from xiangcun.lib.breaker import Breaker


def test_it_works() -> None:
    now = [100.0]
    breaker = Breaker(2.0, clock=lambda: now[0])
    states = [breaker.is_open]
    breaker.trip()
    states.append(breaker.is_open)
    now[0] += 1.9
    states.append(breaker.is_open)
    now[0] += 0.1
    states.append(breaker.is_open)
    assert states == [False, True, True, False]


def test_it_opens_anew_with_each_failure_and_closes_with_a_success() -> None:
    now = [100.0]
    breaker = Breaker(2.0, clock=lambda: now[0])
    breaker.trip()
    now[0] += 1.5
    breaker.trip()
    now[0] += 1.5
    assert breaker.is_open
    breaker.reset()
    assert not breaker.is_open

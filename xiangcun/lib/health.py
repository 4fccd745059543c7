"""Readiness checks: a registry that the apps fill, and a runner that no check can hang.

A check is a callable that returns an :class:`Outcome`; it registers itself in ``AppConfig.ready``::

    health.register("oldest_untriaged", _("最久未研判的上报"), oldest_untriaged)

Messages are Chinese, for the operator, and hold no secret: no address, user name or path.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connections
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

logger = logging.getLogger(__name__)
CHECK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a part works, and one Chinese sentence about it (may be empty when it does).

    ``degraded`` with ``ok``: the service does its work, less well than it should. It is named and
    stays in rotation; an operator has to look, a load balancer has not.
    """

    ok: bool
    message: _StrOrPromise = ""
    degraded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The outcome of a named check and how long it took."""

    name: str
    label: _StrOrPromise
    outcome: Outcome
    milliseconds: int


CheckFunction = Callable[[], Outcome]
_registry: dict[str, tuple[_StrOrPromise, CheckFunction]] = {}
# Runs that were given up on. A part that hangs is not asked again until it has answered: one stuck
# thread per part is the most a watching load balancer can cost.
_running: dict[str, _Run] = {}


def register(name: str, label: _StrOrPromise, function: CheckFunction) -> None:
    """Add or replace the check ``name``; ``label`` is its Chinese name."""
    _registry[name] = (label, function)


def run_checks(seconds: float = CHECK_SECONDS) -> list[Result]:
    """Run every registered check at the same time; each has ``seconds`` to answer."""
    runs = {name: _started(name, function) for name, (_label, function) in _registry.items()}
    deadline = time.monotonic() + seconds
    results = []
    for name, run in runs.items():
        outcome = run.wait(max(0.0, deadline - time.monotonic()))
        if run.finished:
            _running.pop(name, None)
        results.append(
            Result(
                name=name,
                label=_registry[name][0],
                outcome=outcome,
                milliseconds=run.milliseconds,
            )
        )
    return results


class _Run(threading.Thread):
    """One check in a daemon thread, with its own database connection."""

    def __init__(self, name: str, function: CheckFunction) -> None:
        super().__init__(name=f"health-{name}", daemon=True)
        self._function = function
        self._outcome: Outcome | None = None
        self._started_at = time.monotonic()

    @property
    def finished(self) -> bool:
        """True when the check has answered."""
        return self._outcome is not None

    @property
    def milliseconds(self) -> int:
        """Time since the start."""
        return round((time.monotonic() - self._started_at) * 1000)

    def run(self) -> None:
        """Call the check; whatever it raises is a failure of that part and of nothing else."""
        try:
            self._outcome = self._function()
        except Exception as error:  # noqa: BLE001 - a task boundary: a broken check must say so
            logger.warning("health_check_failed check=%s error=%s", self.name, type(error).__name__)
            self._outcome = Outcome(
                False, _("检查出错（%(kind)s）") % {"kind": type(error).__name__}
            )
        finally:
            connections.close_all()

    def wait(self, seconds: float) -> Outcome:
        """Return the outcome, or a failure when there is none in time."""
        self.join(seconds)
        return self._outcome or Outcome(False, _("检查超时"))


def _started(name: str, function: CheckFunction) -> _Run:
    hanging = _running.get(name)
    if hanging is not None and not hanging.finished:
        return hanging
    run = _Run(name, function)
    _running[name] = run
    run.start()
    return run

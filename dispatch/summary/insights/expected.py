"""What a series would have had without a rise, and how surprising what it had is.

A robust quasi-Poisson regression of weekly counts in the manner of Farrington (1996) and Noufaily
(2013): level and a held-back trend over the twelve weeks before, the same weeks of last year as season
where there are any, known kinds of day as exposure, weeks that were themselves outbreaks weighted down,
overdispersion shared between series. All series at once, as arrays (series first).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

from dispatch.summary.insights.daytypes import Flags, Floats

WEEK, YEAR = 7, 364
BASE_WEEKS, LEAST_WEEKS = 12, 5
SEASON_REACH = 2
"""Weeks on either side over which last year is smoothed."""
SEASON_WEIGHT = 30.0
"""Reports' worth of the township's season that a series' own last year has to outweigh."""
TREND_SD, TREND_SD_WITH_SEASON = 0.04, 0.02
"""How steep a change a week is taken for the season's (log scale): ±4 % a week without last year."""
OWN_DISPERSION_WEIGHT = 10.0
LEAST_DISPERSION = 1.1
_OUTBREAK = 2.58
_ROUNDS, _STEPS = 3, 6
_PSEUDO, _PSEUDO_WEEKS = 0.25, 0.02
"""A quarter of a report in next to no time: a series without any has a level, the others keep theirs."""
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Outlook:
    """For every series: what was counted, what was to be expected, and how unlikely that much is.

    ``p`` is the chance of at least that many without a rise; NaN where there is too little history.
    """

    observed: Floats
    expected: Floats
    p: Floats


def outlook(counts: Floats, factors: Floats, *, end: int, window: int, start: int = 0) -> Outlook:
    """Judge the ``window`` days up to and including index ``end`` against the weeks before.

    ``counts`` and ``factors`` are (series, days); the system ran from index ``start`` on.
    """
    begin = end - window + 1
    observed = counts[:, begin : end + 1].sum(axis=1)
    weeks = min(BASE_WEEKS, (begin - start) // WEEK)
    if weeks < LEAST_WEEKS:
        unknown = np.full(len(counts), np.nan)
        return Outlook(observed, unknown, unknown)
    edges = [begin - WEEK * number for number in range(weeks, -1, -1)]
    y = _sums(counts, edges)
    busy = _sums(factors, edges)
    ahead = factors[:, begin : end + 1].sum(axis=1)
    season, season_now, season_var = _season(counts, factors, edges, window, start)
    z: Floats = np.arange(-weeks, 0, dtype=np.float64) + 0.5 - window / WEEK / 2
    held = TREND_SD if season_var is None else TREND_SD_WITH_SEASON
    mean, var_log, alpha = _fit(y, np.log(busy) + season, z, held)
    expected = np.exp(mean) * ahead * np.exp(season_now)
    dispersion = alpha(expected * WEEK / window)
    extra = 0.0 if season_var is None else season_var
    variance = dispersion * expected + expected**2 * (var_log + extra)
    return Outlook(observed, expected, _upper_tail(observed, expected, variance))


def discoveries(p: Floats, rate: float) -> Flags:
    """Return which hypotheses Benjamini and Hochberg reject at a false discovery rate (booleans).

    ``p`` may hold NaN for what could not be tested; it does not count.
    """
    flat = p.ravel()
    tested = np.flatnonzero(~np.isnan(flat))
    order = tested[np.argsort(flat[tested])]
    below = flat[order] <= rate * np.arange(1, len(order) + 1) / max(len(order), 1)
    found = np.zeros(flat.shape, dtype=np.bool_)
    if below.any():
        found[order[: int(np.flatnonzero(below)[-1]) + 1]] = True
    return found.reshape(p.shape)


def _sums(values: Floats, edges: list[int]) -> Floats:
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.diff(total[:, edges], axis=1)


def _season(
    counts: Floats, factors: Floats, edges: list[int], window: int, start: int
) -> tuple[Floats, Floats, Floats | None]:
    """Return last year's shape over the same weeks (log), in the window (log), and its variance.

    Zeros and ``None`` while the system did not run then. Each week is the mean of five, the highest of
    them cut to the second: last year's outbreak is not this year's season.
    """
    shifted = [edge - YEAR for edge in edges]
    reach = WEEK * SEASON_REACH
    if shifted[0] - reach < start:
        none = np.zeros((len(counts), len(edges) - 1))
        return none, np.zeros(len(counts)), None
    middles = [*(edge + WEEK // 2 for edge in shifted[:-1]), shifted[-1] + window // 2]
    sums = np.stack([_around(counts, factors, middle) for middle in middles], axis=1)
    base = np.maximum(sums[:, :-1].mean(axis=1, keepdims=True), _TINY)
    everything = sums.sum(axis=0)
    shape = everything / max(float(everything[:-1].mean()), _TINY)
    ratio = (sums + SEASON_WEIGHT * shape) / (base + SEASON_WEIGHT)
    own_now = sums[:, -1]
    variance = 2 * own_now / (own_now + SEASON_WEIGHT) ** 2
    return np.log(ratio[:, :-1]), np.log(ratio[:, -1]), variance


def _around(counts: Floats, factors: Floats, middle: int) -> Floats:
    """Return the reports of five weeks around an index, on average days, the highest week cut."""
    first = middle - WEEK * SEASON_REACH - WEEK // 2
    edges = [first + WEEK * number for number in range(2 * SEASON_REACH + 2)]
    weeks = _sums(counts, edges) * WEEK / _sums(factors, edges)
    ordered = np.sort(weeks, axis=1)
    middle_weeks: Floats = ordered[:, :-1].sum(axis=1) + ordered[:, -2]
    return middle_weeks


def _fit(y: Floats, offset: Floats, z: Floats, held: float) -> tuple[Floats, Floats, _Dispersion]:
    """Return the log level at the window's middle, its variance, and the dispersion.

    A quarter of a report is added to every series, so that one that had none has a level, too.
    """
    weight = np.ones_like(y)
    pseudo_offset = offset.mean(axis=1) + np.log(_PSEUDO_WEEKS)
    level = np.log((y.sum(axis=1) + _PSEUDO) / (np.exp(offset).sum(axis=1) + np.exp(pseudo_offset)))
    slope = np.zeros(len(y))
    dispersion = _Dispersion(np.ones(len(y)), 0.0)
    hessian = np.ones((3, len(y)))
    for _ in range(_ROUNDS):
        phi = dispersion.own
        for _ in range(_STEPS):
            mu = np.exp(np.clip(level[:, None] + slope[:, None] * z + offset, -20, 20))
            pseudo = np.exp(np.clip(level + pseudo_offset, -20, 20))
            residual = weight * (y - mu)
            hessian = _hessian(weight * mu, pseudo, z, phi / held**2)
            up = residual.sum(axis=1) + _PSEUDO - pseudo
            tilt = (residual * z).sum(axis=1) - slope * phi / held**2
            determinant = hessian[0] * hessian[2] - hessian[1] ** 2
            level = level + np.clip((hessian[2] * up - hessian[1] * tilt) / determinant, -2, 2)
            slope = slope + np.clip((hessian[0] * tilt - hessian[1] * up) / determinant, -0.2, 0.2)
        dispersion = _dispersion(y, mu, weight)
        weight = _weights(y, mu, _dispersion(y, mu, weight * _without_worst(y, mu)).own)
    spread = hessian[2] / (hessian[0] * hessian[2] - hessian[1] ** 2)
    return level, dispersion.own * spread, dispersion


def _hessian(mu: Floats, pseudo: Floats, z: Floats, stiffness: Floats) -> Floats:
    return np.array(
        [mu.sum(axis=1) + pseudo, (mu * z).sum(axis=1), (mu * z * z).sum(axis=1) + stiffness]
    )


@dataclass(frozen=True, slots=True)
class _Dispersion:
    """Variance over mean: each series' own (shrunk), and what all share (variance = m + ``shared`` m²)."""

    own: Floats
    shared: float

    def __call__(self, mean: Floats) -> Floats:
        """Return the dispersion of a week with ``mean`` reports; never less than the weeks showed."""
        return np.maximum(self.own, 1 + self.shared * mean)


def _dispersion(y: Floats, mu: Floats, weight: Floats) -> _Dispersion:
    weeks = y.shape[1]
    freedom = max(weeks - 2, 1)
    pearson = (weight * (y - mu) ** 2 / np.maximum(mu, 0.1)).sum(axis=1)
    shared = (weight * ((y - mu) ** 2 * weeks / freedom - mu)).sum() / max(
        float((mu**2).sum()), _TINY
    )
    shared = max(float(shared), 0.0)
    usual = 1 + shared * mu.mean(axis=1)
    own = (pearson + OWN_DISPERSION_WEIGHT * usual) / (freedom + OWN_DISPERSION_WEIGHT)
    return _Dispersion(np.maximum(own, LEAST_DISPERSION), shared)


def _without_worst(y: Floats, mu: Floats) -> Floats:
    """Return 0 for each series' most surprising week, else 1.

    An outbreak counted into the dispersion by which it is judged would hide behind itself.
    """
    surprise = (y - mu) ** 2 / np.maximum(mu, 0.1)
    return np.where(surprise == surprise.max(axis=1, keepdims=True), 0.0, 1.0)


def _weights(y: Floats, mu: Floats, phi: Floats) -> Floats:
    """Weigh down the weeks that stood out themselves (Anscombe residual beyond 2.58)."""
    anscombe = 1.5 * (y ** (2 / 3) * mu ** (-1 / 6) - np.sqrt(mu)) / np.sqrt(phi)[:, None]
    return np.where(anscombe > _OUTBREAK, (_OUTBREAK / np.maximum(anscombe, _OUTBREAK)) ** 2, 1.0)


def _upper_tail(observed: Floats, mean: Floats, variance: Floats) -> Floats:
    """Return the chance of at least ``observed`` under a negative binomial of that mean and variance."""
    over = np.maximum(variance - mean, mean * 0.01 + _TINY)
    size = mean**2 / over
    tail: Floats = nbinom.sf(observed - 1, size, size / (size + mean))
    return tail

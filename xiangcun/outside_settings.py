"""Settings of what leaves the office; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from xiangcun.lib.env import env_int

__all__ = ["OPEN_DATA_K"]

# The least count of tickets that open data shows; fewer could be somebody's neighbour.
OPEN_DATA_K = env_int("OPEN_DATA_K", 5, low=5, high=1000)

"""Fixtures of the office's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch.triage.champion import forget_champion
from dispatch.triage.reference import forget_reference


@pytest.fixture
def model_folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An empty model folder of this test's own, and no model left in the process afterwards."""
    folder = tmp_path / "models"
    models = {**settings.STORAGES["models"], "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "models": models}
    forget_reference()
    forget_champion()
    yield folder
    forget_reference()
    forget_champion()

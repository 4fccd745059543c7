from __future__ import annotations

from collections.abc import Iterator

import pytest

from dispatch.domain.seeding import seed_township
from dispatch.queries.calendar import forget_calendar
from dispatch.triage.listening import forget_dangers
from dispatch.triage.reference import forget_reference
from reports.domain.seeding import SeedMode
from reports.queries.categories import forget_tree


def forget_everything() -> None:
    forget_reference()
    forget_dangers()
    forget_calendar()
    forget_tree()


@pytest.fixture
def township(db: None) -> Iterator[None]:
    """The shipped township, and no copy of it left in the process afterwards."""
    forget_everything()
    seed_township(mode=SeedMode.FILL, folder=None, say=lambda _line: None)
    yield
    forget_everything()

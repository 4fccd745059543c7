"""The cast of the console's tests, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dispatch.enums import Role
from dispatch.models import Staff
from tests.dispatch.factories import Cast, make_cast, make_staff

Browser = Callable[[str], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody of the story, and who only looks or sets."""
    people = make_cast()
    make_staff("auditor", Role.AUDITOR, people.room)
    make_staff("administrator", Role.ADMINISTRATOR, people.room)
    make_staff("security", Role.SECURITY, people.room)
    make_staff("gridworker", Role.GRID, people.room)
    return people


@pytest.fixture
def browser(cast: Cast) -> Browser:
    """Return a logged-in client by user name."""

    def login(username: str) -> Client:
        client = Client()
        client.force_login(Staff.objects.get(username=username))
        return client

    return login

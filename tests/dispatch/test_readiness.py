"""A report that waits too long makes the instance not ready."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.readiness import oldest_untriaged
from tests.dispatch.factories import make_report

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    assert oldest_untriaged().ok
    make_report(now=timezone.now() - timedelta(seconds=30))
    assert oldest_untriaged().ok


def test_it_names_a_report_that_waits_too_long() -> None:
    make_report(now=timezone.now() - timedelta(minutes=5))
    outcome = oldest_untriaged()
    assert not outcome.ok
    assert "300" in str(outcome.message)

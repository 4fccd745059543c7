"""A report that waits too long makes the instance not ready."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import mark_broken, promote_version
from dispatch.readiness import oldest_untriaged, triage_model
from tests.dispatch.decisions import make_version
from tests.dispatch.factories import NOW, make_report
from xiangcun.lib.health import Outcome

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


@pytest.mark.usefixtures("model_folder")
def test_a_model_that_cannot_be_used_is_named_and_stops_nothing() -> None:
    assert triage_model() == Outcome(ok=True)
    version = make_version()
    promote_version(version.pk, actor=SYSTEM, reason="测试", now=NOW)
    assert triage_model() == Outcome(ok=True)
    mark_broken(version.pk, reason="模型文件不存在", now=NOW)
    outcome = triage_model()
    assert outcome.ok
    assert outcome.degraded
    assert "正在用词表研判：模型文件不存在" in str(outcome.message)

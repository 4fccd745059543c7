"""The examples of a demonstration are made by the domain, once, and hold what they say."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from dispatch.domain.demo_voices import seed_demo_voices
from dispatch.domain.voices import verify_results
from dispatch.models import Staff
from reports.domain.topics import recount_supports
from reports.models import Poll, Resident, Topic
from tests.dispatch.factories import make_cast

pytestmark = pytest.mark.django_db


def demo_lead() -> None:
    make_cast()
    Staff.objects.filter(username="lead").update(is_demo=True)


def test_two_topics_and_two_polls_once() -> None:
    now = timezone.now()
    assert seed_demo_voices(now=now) == 0  # nobody to publish them
    demo_lead()
    assert seed_demo_voices(now=now) == 4
    assert seed_demo_voices(now=now) == 0
    assert all(topic.title.startswith("（示例）") for topic in Topic.objects.all())
    assert sorted(Topic.objects.values_list("state", flat=True)) == ["answered", "open"]
    closed = Poll.objects.get(frozen_at__isnull=False)
    assert closed.result is not None
    assert sum(option["votes"] for option in closed.result["options"]) == closed.voters == 46
    assert Poll.objects.get(frozen_at__isnull=True).voters == 12
    assert list(verify_results()) == []
    assert recount_supports() == []
    assert not Resident.objects.exclude(nickname="示例居民").exists()


def test_the_command_says_what_was_wrong() -> None:
    demo_lead()
    seed_demo_voices(now=timezone.now())
    out = io.StringIO()
    call_command("recount_supports", stdout=out)
    assert "支持人数与记录一致" in out.getvalue()
    Topic.objects.filter(state="open").update(support_count=99)
    call_command("recount_supports", stdout=out)
    assert "记为 99 人，实有 17 人，已改正" in out.getvalue()

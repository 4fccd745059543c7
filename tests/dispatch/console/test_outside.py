"""The pages of tokens and of open data as people use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.models import ApiToken, ApiUse, OpenRelease
from tests.dispatch.factories import Cast

Browser = Callable[[str], Client]
GIVEN = {"name": "区城运中心", "scopes": ["summary"], "networks": "10.0.0.0/8", "days": "365"}


def test_a_token_is_shown_once(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    assert "还没有令牌" in client.get(reverse("api-tokens")).content.decode()
    made = client.post(reverse("api-tokens"), GIVEN)
    token = made.context["token"]
    assert token in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    row = ApiToken.objects.get()
    page = reverse("api-token", args=(row.pk,))
    for url in (page, reverse("api-tokens")):
        shown = client.get(url).content.decode()
        assert token not in shown
        assert row.hint in shown
    rotated = client.post(reverse("api-token-rotate", args=(row.pk,))).context["token"]
    assert rotated not in {"", token}
    fresh = ApiToken.objects.get(replaces=row)
    client.post(reverse("api-token-revoke", args=(fresh.pk,)))
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    late = client.post(reverse("api-token-rotate", args=(fresh.pk,)), follow=True)
    assert "已停用或到期" in late.content.decode()


@pytest.mark.parametrize("wrong", [{"days": "x"}, {"days": "9999"}, {"scopes": []}, {"name": ""}])
def test_bad_input_is_told_and_kept(browser: Browser, cast: Cast, wrong: dict[str, Any]) -> None:
    answer = browser("administrator").post(reverse("api-tokens"), {**GIVEN, **wrong})
    assert answer.status_code == 400
    assert "10.0.0.0/8" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_an_auditor_only_looks(browser: Browser, cast: Cast) -> None:
    browser("administrator").post(reverse("api-tokens"), GIVEN)
    client = browser("auditor")
    assert "建立令牌" not in client.get(reverse("api-tokens")).content.decode()
    assert client.post(reverse("api-tokens"), GIVEN).status_code == 403
    assert "发布更正版" not in client.get(reverse("open-data-admin")).content.decode()


def test_uses_are_seen(browser: Browser, cast: Cast, django_assert_num_queries: Any) -> None:
    client = browser("administrator")
    client.post(reverse("api-tokens"), GIVEN)
    first = ApiToken.objects.get()
    today = timezone.localdate()
    ApiUse.objects.create(token=first, day=today, requests=41, refused=2)
    ApiUse.objects.create(token=first, day=today - timedelta(days=40), requests=999)
    page = client.get(reverse("api-token", args=(first.pk,))).content.decode()
    assert "近 30 天使用 41 次，其中被拒绝 2 次" in page
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("api-tokens"))
    queries = len(one)
    for _ in range(2):
        client.post(reverse("api-tokens"), GIVEN)
    with django_assert_num_queries(queries):
        assert "41" in client.get(reverse("api-tokens")).content.decode()


def test_a_month_is_published_from_the_page(browser: Browser, cast: Cast) -> None:
    client, url = browser("lead"), reverse("open-data-publish")
    shown = client.get(reverse("open-data-admin"))
    assert "还没有公开过" in shown.content.decode()
    month = shown.context["months"][0]
    given = {"month": month.isoformat(), "licence": "CC BY 4.0"}
    assert "已公开" in client.post(url, given, follow=True).content.decode()
    release = OpenRelease.objects.get()
    assert (release.month, release.published_by.username) == (month, "lead")
    listed = client.get(reverse("open-data-admin"))
    assert month not in listed.context["months"]
    assert "发布更正版" in listed.content.decode()
    same = client.post(reverse("open-data-correct", args=(release.pk,)), follow=True)
    assert "没有可以公开的更正" in same.content.decode()
    gone = client.post(reverse("open-data-withdraw", args=(release.pk,)), follow=True)
    assert "已撤下" in gone.content.decode()
    assert "曾撤下，按原样恢复" in gone.content.decode()
    for wrong in ({}, {"month": "x"}, {"month": "2999-01-01"}, {**given, "licence": ""}):
        answer = client.post(url, {"licence": "x", **wrong}, follow=True)
        assert answer.status_code == 200
    assert client.get(url).status_code == 405

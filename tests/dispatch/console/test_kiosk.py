"""A screen on a wall: opened by a link alone, without anything of a person, until the link is over."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.console.cockpit import kiosk_views
from dispatch.domain.audit import verify_audit
from dispatch.domain.kiosks import MAX_ACTIVE, Wanted, create_kiosk_link
from dispatch.enums import AuditAction, Role
from dispatch.models import AuditRecord, KioskLink, Staff
from tests.dispatch.console.cockpit_stage import SECRETS, Town, build_town, grow
from tests.dispatch.console.conftest import Browser
from tests.dispatch.factories import Cast

JSON_NAMES = ("kiosk-data", "kiosk-live", "kiosk-map")
NAMES = ("kiosk-wall", *JSON_NAMES)
LEAD = frozenset({Role.LEAD})


@pytest.fixture
def town(cast: Cast) -> Town:
    return build_town(cast)


def make_link(**wanted: Any) -> str:
    user = Staff.objects.get(username="lead")
    given = Wanted(**{"name": "一楼大厅", "days": 30, **wanted})
    return create_kiosk_link(given, actor=user, roles=LEAD, now=timezone.now())[1]


def ask(token: str, name: str = "kiosk-data", **query: Any) -> Any:
    response = Client().get(reverse(name, args=(token,)), query)
    assert response.status_code == 200, response.content.decode()
    return json.loads(response.content)


def walk(value: Any) -> list[tuple[str, Any]]:
    """Return every (key, leaf) of an answer."""
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in _under(key, part)]
    return [pair for part in value for pair in walk(part)] if isinstance(value, list) else []


def _under(key: str, part: Any) -> list[tuple[str, Any]]:
    return walk(part) if isinstance(part, dict | list) and part else [(key, part)]


def test_it_works(town: Town) -> None:
    token = make_link()
    page = Client().get(reverse("kiosk-wall", args=(token,)))
    assert page.status_code == 200
    assert "cockpit-config" in page.content.decode()
    data = ask(token)
    opened = next(tile for tile in data["tiles"] if tile["code"] == "opened")
    assert opened["value"] == 4
    assert [row["count"] for row in data["overdue"]["by_department"]] == [2]
    assert KioskLink.objects.get().last_seen_at is not None


def test_no_answer_holds_anything_of_a_person_or_leads_anywhere(town: Town) -> None:
    token = make_link()
    grow(town, times=2)
    names = [name for name in town.names if name != "lead"]  # also a word of the markup
    for name in NAMES:
        response = Client().get(reverse(name, args=(token,)))
        body = response.content.decode()
        told = [word for word in (*SECRETS, *names, "/admin/") if f"{word}" in body]
        assert told == [], name
        for ticket in town.tickets:
            assert ticket.number not in body
    for name in JSON_NAMES:
        for key, leaf in walk(ask(token, name)):
            if key in {"behind", "behind_base", "links", "lat", "lng"}:
                assert leaf is None, (name, key)
    data = ask(token)
    assert data["overdue"]["rows"] == []
    assert data["overdue"]["confidential"] == 0
    assert data["satisfaction"]["comments"] == []
    assert data["hotspots"][0]["text"] == "临江村暴露/积存垃圾"


def test_it_needs_no_session_and_leaves_no_cookie(town: Town, browser: Browser) -> None:
    token = make_link()
    with CaptureQueriesContext(connection) as asked:
        for name in NAMES:
            response = Client().get(reverse(name, args=(token,)))
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")
            assert response["Referrer-Policy"] == "no-referrer"
            assert "noindex" in response["X-Robots-Tag"]
            assert "private" in response["Cache-Control"]
    assert not [q for q in asked if "django_session" in q["sql"] or "staffsession" in q["sql"]]
    # A session in the same browser changes nothing, and is not kept awake by it.
    signed_in = browser("leader").get(reverse("kiosk-data", args=(token,)))
    assert not signed_in.cookies
    assert json.loads(signed_in.content)["viewer"]["kiosk"] is True


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_link_is_not_there(town: Town, name: str) -> None:
    token = make_link()
    now = timezone.now()
    over = make_link(name="过期")
    KioskLink.objects.filter(name="过期").update(
        created_at=now - timedelta(days=3), expires_at=now - timedelta(seconds=1)
    )
    revoked = make_link(name="停用")
    KioskLink.objects.filter(name="停用").update(revoked_at=now)
    known = KioskLink.objects.get(name="一楼大厅").token_hash
    for bad in (token[:-1], token[:-1] + "_", over, revoked, known, "x", "%00" * 10):
        response = Client().get(
            f"/cockpit/k/{bad}/{name.removeprefix('kiosk-').replace('wall', '')}"
        )
        assert response.status_code == 404
        assert "大屏链接不存在、已过期或已停用" in response.content.decode()
        assert response["Referrer-Policy"] == "no-referrer"


def test_it_takes_no_other_method_and_no_bad_filter(town: Town) -> None:
    token = make_link()
    for name in NAMES:
        assert Client().post(reverse(name, args=(token,))).status_code == 405
    bad = Client().get(reverse("kiosk-data", args=(token,)), {"period": "decade"})
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid_input")


def test_a_narrow_link_shows_its_part_only(town: Town) -> None:
    cast = town.cast
    narrow = make_link(name="执法队", department=cast.enforcement)
    data = ask(narrow)
    assert all(tile["value"] in {0, None} for tile in data["tiles"])
    assert data["filters"]["words"].count("综合行政执法队") == 1
    wide = Client().get(reverse("kiosk-data", args=(narrow,)), {"department": cast.sanitation.pk})
    assert wide.status_code == 400
    here = ask(make_link(name="网格", grid=cast.grid), "kiosk-map")
    assert [feature["id"] for feature in here["features"]] == [cast.grid.pk]
    assert here["outside"] is None


def test_guessing_is_slowed_down_and_a_good_link_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_link()
    monkeypatch.setattr(kiosk_views, "WRONG_PER_MINUTE", 3)
    # More than two windows take: a minute may end in between.
    wrong = [Client().get(f"/cockpit/k/{'x' * 43}/live") for _ in range(8)]
    assert wrong[0].status_code == 404
    slowed = [response for response in wrong if response.status_code == 429]
    assert slowed
    assert slowed[0]["Retry-After"] == "60"
    assert Client().get(reverse("kiosk-live", args=(token,))).status_code == 200


def test_a_flood_is_slowed_down(town: Town, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "kiosk": "2/min"}
    token = make_link()
    codes = [Client().get(reverse("kiosk-live", args=(token,))).status_code for _ in range(5)]
    assert codes[0] == 200
    assert 429 in codes


def test_a_wall_costs_little(town: Town) -> None:
    token = make_link()
    for name in NAMES:
        Client().get(reverse(name, args=(token,)))
    for name in JSON_NAMES:
        with CaptureQueriesContext(connection) as asked:
            Client().get(reverse(name, args=(token,)))
        assert len(asked) == 1, name  # the link itself


def test_the_page_makes_shows_once_and_takes_back(cast: Cast, browser: Browser) -> None:
    client = browser("lead")
    page = client.post(
        reverse("kiosk-links"),
        {"name": "指挥室", "days": "7", "department": "", "grid": cast.grid.pk},
    )
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    address = page.context["fresh"]
    token = address.rstrip("/").rsplit("/", 1)[1]
    row = KioskLink.objects.get()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert row.expires_at - row.created_at == timedelta(days=7)
    assert token not in client.get(reverse("kiosk-links")).content.decode()
    path = reverse("kiosk-live", args=(token,))
    assert Client().get(path).status_code == 200
    assert client.post(reverse("kiosk-revoke", args=(row.pk,))).status_code == 302
    assert client.post(reverse("kiosk-revoke", args=(row.pk,))).status_code == 302
    assert Client().get(path).status_code == 404
    told = AuditRecord.objects.filter(action=AuditAction.KIOSK).order_by("seq")
    assert [line.data["what"] for line in told] == ["created", "revoked"]
    assert token not in json.dumps([line.data for line in told])
    assert list(verify_audit()) == []


@pytest.mark.parametrize(
    "given",
    [
        {"name": "", "days": "7"},
        {"name": "大厅", "days": "91"},
        {"name": "大厅", "days": "0"},
        {"name": "大厅", "days": "七"},
        {"name": "厅" * 41, "days": "7"},
        {"name": "大厅", "days": "7", "grid": "999999"},
    ],
)
def test_the_page_refuses(cast: Cast, browser: Browser, given: dict[str, str]) -> None:
    page = browser("administrator").post(reverse("kiosk-links"), given)
    assert page.status_code == 400
    assert not KioskLink.objects.exists()


def test_there_are_not_too_many(cast: Cast, browser: Browser) -> None:
    for number in range(MAX_ACTIVE):
        make_link(name=f"屏{number}")
    page = browser("lead").post(reverse("kiosk-links"), {"name": "再一块", "days": "7"})
    assert (page.status_code, KioskLink.objects.count()) == (400, MAX_ACTIVE)
    assert "请先停用不用的" in page.content.decode()


@pytest.mark.parametrize("username", ["dispatcher", "sanitation_head", "auditor", "security"])
def test_the_page_forbids(cast: Cast, browser: Browser, username: str) -> None:
    client = browser(username)
    assert client.get(reverse("kiosk-links")).status_code == 403
    assert client.post(reverse("kiosk-links"), {"name": "厅", "days": "7"}).status_code == 403
    assert client.post(reverse("kiosk-revoke", args=(1,))).status_code == 403

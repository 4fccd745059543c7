from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from dispatch.enums import AuditAction, TicketStatus
from dispatch.models import AuditRecord, Recusal, Staff, Ticket
from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.enums import Publication
from reports.models import Photo, PublicNote, PublicPhoto, Report, ReportPhoto
from tests.dispatch.factories import Cast, make_report, make_resident, make_ticket
from tests.reports.pictures import jpeg, upload

Browser = Callable[[str], Client]
PHONE = "13812345678"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def _case(cast: Cast, name: str = "caller", **extra: Any) -> Report:
    now = timezone.now()
    person = make_resident(name)
    person.consents = {"publication": True}
    person.save()
    report = make_report(resident=person, now=now, **extra)
    make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    report.refresh_from_db()
    return report


@pytest.fixture
def report(cast: Cast) -> Report:
    """A case that waits for a person; its resident left a number in the text."""
    text = f"隔壁家暴还乱扔垃圾，请打 {PHONE}"
    return _case(cast, text=text, publication=Publication.REVIEW)


@pytest.fixture
def photo(report: Report) -> Photo:
    stored, _created = store_photo(
        upload(jpeg("red")), resident=report.resident, now=timezone.now()
    )
    process_photo(stored.pk, now=timezone.now())
    ReportPhoto.objects.create(report=report, photo=stored)
    stored.refresh_from_db()
    return stored


def _page(client: Client, report: Report) -> str:
    return client.get(reverse("publicity-report", args=(report.pk,))).content.decode()


@pytest.mark.parametrize("username", ["dispatcher", "lead"])
def test_it_works(browser: Browser, report: Report, username: str) -> None:
    client = browser(username)
    listed = client.get(reverse("publicity")).content.decode()
    assert report.number in listed
    assert "家暴" in listed
    assert PHONE not in listed
    url = reverse("publicity-approve", args=(report.pk,))
    answer = client.post(url, {"next": reverse("publicity")}, follow=True)
    assert f"已公开 {report.number}" in answer.content.decode()
    assert f'data-report="{report.number}"' not in answer.content.decode()
    report.refresh_from_db()
    assert report.published_at is not None
    assert AuditRecord.objects.get(action=AuditAction.PUBLISHED).username == username


def test_the_first_page_says_that_something_waits(browser: Browser, report: Report) -> None:
    link = f'href="{reverse("publicity")}" data-queue="publicity"><b>1</b>'
    assert link in browser("dispatcher").get(reverse("admin:index")).content.decode()
    assert link not in browser("verifier").get(reverse("admin:index")).content.decode()
    Report.objects.filter(pk=report.pk).update(publication=Publication.WITHHELD)
    assert link not in browser("dispatcher").get(reverse("admin:index")).content.decode()


def test_the_auditor_reads_it_in_words(browser: Browser, report: Report) -> None:
    browser("lead").post(reverse("publicity-approve", args=(report.pk,)))
    record = AuditRecord.objects.get(action=AuditAction.PUBLISHED)
    url = reverse("admin:dispatch_auditrecord_change", args=(record.pk,))
    shown = browser("auditor").get(url).content.decode()
    assert "公开事项" in shown
    assert "原来：待人工审核" in shown


def test_the_page_of_a_case_shows_both_sides(browser: Browser, report: Report) -> None:
    shown = _page(browser("dispatcher"), report)
    assert "临江村 · 暴露/积存垃圾，正在处置" in shown
    assert "可能涉及个人隐私" in shown
    assert PHONE not in shown
    assert "caller" not in shown


def test_withholding_needs_a_reason(browser: Browser, cast: Cast) -> None:
    report = _case(cast)
    client, url = browser("dispatcher"), reverse("publicity-withhold", args=(report.pk,))
    client.post(url, {"reason": ""})
    client.post(url, {"reason": "other", "note": " "})
    report.refresh_from_db()
    assert report.published_at is not None
    client.post(url, {"reason": "private"})
    report.refresh_from_db()
    assert report.published_at is None


def test_the_ticket_has_the_button(browser: Browser, cast: Cast) -> None:
    report = _case(cast)
    ticket = Ticket.objects.get()
    url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    withhold = reverse("publicity-withhold", args=(report.pk,))
    assert withhold in browser("dispatcher").get(url).content.decode()
    assert withhold not in browser("sanitation").get(url).content.decode()
    client = browser("lead")
    answer = client.post(withhold, {"reason": "asked", "next": url}, follow=True)
    assert answer.redirect_chain[-1][0] == url
    assert withhold not in answer.content.decode()


def test_no_other_site_is_returned_to(browser: Browser, report: Report) -> None:
    url = reverse("publicity-approve", args=(report.pk,))
    answer = browser("lead").post(url, {"next": "https://evil.example/"})
    assert answer["Location"] == reverse("publicity-report", args=(report.pk,))


def test_words_for_the_public(browser: Browser, report: Report) -> None:
    client, url = browser("dispatcher"), reverse("publicity-words", args=(report.pk,))
    bad = client.post(url, {"summary": "垃圾", "reply": f"请打 {PHONE}"})
    assert bad.status_code == 400
    assert "不能有电话" in bad.content.decode()
    assert not PublicNote.objects.exists()
    assert client.post(url, {"summary": "", "reply": "已清运"}).status_code == 302
    assert "已清运" in _page(client, report)


def test_a_photo_is_painted_over_and_released(
    browser: Browser, report: Report, photo: Photo
) -> None:
    client, args = browser("dispatcher"), (report.pk, photo.pk)
    shown = client.get(reverse("publicity-photo", args=args)).content.decode()
    assert "遮盖并公开" in shown
    release = reverse("publicity-photo-release", args=args)
    boxes = json.dumps([[0.1, 0.1, 0.5, 0.5]])
    assert client.post(release, {"rectangles": boxes}).status_code == 302
    public = PublicPhoto.objects.get()
    assert public.rectangles == [[0.1, 0.1, 0.5, 0.5]]
    again = client.get(reverse("publicity-photo", args=args)).content.decode()
    assert "[0.1, 0.1, 0.5, 0.5]" in again
    preview: Any = client.get(reverse("publicity-photo-preview", args=args))
    assert b"".join(preview.streaming_content).startswith(b"\xff\xd8")
    assert {"private", "no-store"} <= set(preview["Cache-Control"].split(", "))
    client.post(reverse("publicity-photo-withdraw", args=args))
    assert not PublicPhoto.objects.exists()


@pytest.mark.parametrize("given", ["", "x", "{}", '[["a",0,1,1]]', "[[0,0,1e999,1]]", "[" * 3000])
def test_it_validates_rectangles(
    browser: Browser, report: Report, photo: Photo, given: str
) -> None:
    url = reverse("publicity-photo-release", args=(report.pk, photo.pk))
    answer = browser("lead").post(url, {"rectangles": given})
    assert answer.status_code == 400
    assert not PublicPhoto.objects.exists()


def test_another_reports_photo_is_not_there(browser: Browser, report: Report, cast: Cast) -> None:
    other = _case(cast, "other")
    stored, _created = store_photo(
        upload(jpeg("blue")), resident=other.resident, now=timezone.now()
    )
    ReportPhoto.objects.create(report=other, photo=stored)
    client = browser("lead")
    assert client.get(reverse("publicity-photo", args=(report.pk, stored.pk))).status_code == 404


def test_confidential_and_recused_matters_are_not_there(
    browser: Browser, report: Report, cast: Cast
) -> None:
    url = reverse("publicity-report", args=(report.pk,))
    Recusal.objects.create(
        ticket=Ticket.objects.get(),
        user=Staff.objects.get(username="lead"),
        found_at=timezone.now(),
    )
    assert browser("lead").get(url).status_code == 404
    assert report.number not in browser("lead").get(reverse("publicity")).content.decode()
    Ticket.objects.update(confidential=True)
    assert browser("dispatcher").get(url).status_code == 404
    assert report.number not in browser("dispatcher").get(reverse("publicity")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_many_rows(
    rows: int, browser: Browser, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(rows):
        _case(cast, f"r{index}", publication=Publication.REVIEW)
    client = browser("dispatcher")
    client.get(reverse("publicity"))
    with django_assert_num_queries(LIST_QUERIES):
        answer = client.get(reverse("publicity"))
    assert answer.content.decode().count("data-report=") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_case_costs_the_same_for_many_photos(
    rows: int,
    browser: Browser,
    report: Report,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for index in range(rows):
        stored, _created = store_photo(
            upload(jpeg("red", size=(64 + index, 48))),
            resident=report.resident,
            now=timezone.now(),
        )
        ReportPhoto.objects.create(report=report, photo=stored, order=index)
    client = browser("dispatcher")
    _page(client, report)
    with django_assert_num_queries(CASE_QUERIES):
        _page(client, report)


LIST_QUERIES, CASE_QUERIES = 9, 14

"""After an erasure no file of the installation knows the person: database, its log, media, cache, broker, logs."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Ticket
from reports.domain.originals import strip_originals
from reports.domain.photo_processing import process_photo
from reports.models import Report, Resident
from reports.queries.notices import current_notice
from tests.dispatch.factories import make_cast, make_ticket
from tests.reports.conftest import Api, report_body
from tests.reports.pictures import jpeg, upload
from xiangcun.lib import bell

NAME, PHONE, LEFT = "秘密甲乙丙丁", "13912340987", "13912340988"
CAMERA = b"SecretPhone"


def traces(*folders: Path) -> Iterator[tuple[str, str]]:
    """Yield every file with one of the marks in its bytes, whatever kind of file it is."""
    marks = {word: word.encode() for word in (NAME, PHONE, LEFT)} | {"camera": CAMERA}
    escaped = {NAME: NAME.encode("unicode_escape"), "utf-16": NAME.encode("utf-16-le")}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            data = path.read_bytes() if path.is_file() else b""
            for name, mark in [*marks.items(), *escaped.items()]:
                if mark in data:
                    yield path.name, name


def tell_everything(nobody: Api) -> Api:
    """Sign in, leave name, numbers, photo and words, be looked at by the office."""
    opened = nobody.post("/session", {"code": f"dev:{NAME}"}).json()
    api = Api(opened["token"])
    assert api.put("/me", {"nickname": NAME, "phone": PHONE}).status_code == 200
    joining = {"nickname": NAME, "adult": True, "version": current_notice().version}
    assert api.post("/volunteer", joining).status_code == 200
    sent = api.upload("/photos", {"file": upload(jpeg(gps=True))}).json()
    words = f"路灯不亮了，我是{NAME}，打{PHONE}"
    body = report_body(text=words, contact_phone=LEFT, photos=[sent["id"]])
    number = api.post("/reports", body).json()["number"]
    process_photo(uuid.UUID(sent["id"]), now=timezone.now())
    report = Report.objects.get(number=number)
    cast, now = make_cast(), timezone.now()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    assert api.post(f"/reports/{number}/supplement", {"text": f"再打{LEFT}"}).status_code == 200
    look = Fields(note="回访核实", report=report)
    perform(ticket.pk, TicketAction.UNMASK, actor=cast.dispatcher, now=now, fields=look)
    return api


@pytest.mark.django_db(transaction=True)
def test_no_file_knows_them(
    nobody: Api, media: Path, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG, logger="reports")
    caplog.set_level(logging.DEBUG, logger="dispatch")
    api = tell_everything(nobody)
    before = {mark for _file, mark in traces(media, settings.DATA_DIR)}
    assert "camera" in before
    if connection.vendor == "sqlite":
        assert before >= {NAME, PHONE, LEFT}
    assert api.delete("/me").status_code == 204
    bell.BELL.flush(2)
    assert strip_originals(now=timezone.now()) == 1
    kept = Report.objects.get()
    assert kept.text == "路灯不亮了，我是某某，打139****0987"
    assert Ticket.objects.get().title.startswith("路灯不亮了")
    assert Resident.objects.get().erased_at
    assert sorted(set(traces(media, settings.DATA_DIR))) == []
    logged = caplog.text + "".join(capfd.readouterr())
    assert [word for word in (NAME, PHONE, LEFT) if word in logged] == []
    assert "resident_erased" in logged

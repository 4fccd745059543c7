from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.enums import AuditAction
from dispatch.models import AuditRecord
from reports.domain.guardians import ask_guardian
from reports.models import Consent, GuardianRequest, Resident
from tests.dispatch.factories import Cast, make_resident

Browser = Callable[[str], Client]


@pytest.fixture
def child(cast: Cast) -> Resident:
    resident = make_resident("xiaoming")
    resident.age_band = "child"
    resident.save()
    return resident


@pytest.fixture
def code(child: Resident) -> str:
    return ask_guardian(child, now=timezone.now()).code


def post(client: Client, code: str, **more: str) -> tuple[int, str]:
    body = {"code": code, "checked": "on", **more}
    answer = client.post(reverse("guardian-paper"), body, follow=True)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("who", ["dispatcher", "lead"])
def test_it_works(browser: Browser, child: Resident, code: str, who: str) -> None:
    status, page = post(browser(who), f"{code[:4]}-{code[4:].lower()} ")
    assert (status, "已登记" in page) == (200, True)
    child.refresh_from_db()
    assert not child.needs_guardian
    assert Consent.objects.get(kind="guardian").how == "paper"
    [line] = AuditRecord.objects.filter(action=AuditAction.GUARDIAN)
    assert (line.outcome, line.data) == ("ok", {"request": GuardianRequest.objects.get().pk})
    assert child.nickname not in page


def test_a_wrong_code_is_refused_and_written_down(browser: Browser, code: str) -> None:
    status, page = post(browser("dispatcher"), "K7MP2QXR")
    assert (status, "没有这个确认编号" in page) == (404, True)
    [line] = AuditRecord.objects.filter(action=AuditAction.GUARDIAN)
    assert (line.outcome, line.data) == ("refused", {"code": "guardian_code_unknown"})
    assert GuardianRequest.objects.get().state == "waiting"


def test_it_wants_the_tick(browser: Browser, child: Resident, code: str) -> None:
    status, page = post(browser("dispatcher"), code, checked="")
    assert (status, "请先核对证件" in page) == (400, True)
    child.refresh_from_db()
    assert child.needs_guardian

"""便民服务 and 公告 in the console: who keeps what, forms with their faults, import, publishing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from dispatch.enums import AuditAction
from dispatch.models import AuditRecord
from reports.domain.guides import note_fault
from reports.domain.seeding import SeedMode, seed_dimensions
from reports.enums import GuideFaultKind
from reports.models import Bulletin, Guide
from tests.reports.guides import make_bulletin, make_guide

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]
GOOD = {"title": "社保卡补办", "dimensions": ["便民"], "week": "周一至周五 8:30-12:00", "department": "环卫所"}  # fmt: skip


@pytest.fixture(autouse=True)
def _dimensions(db: None) -> None:
    seed_dimensions(mode=SeedMode.FILL)


def own(**typed: Any) -> Guide:
    return make_guide(now=timezone.now(), department="环卫所", **typed)


def edit(guide: Guide) -> str:
    return reverse("guide-edit", args=(guide.pk,))


def step(client: Client, guide: Guide, name: str) -> Any:
    return client.post(reverse("guide-step", args=(guide.pk,)), {"step": name}, follow=True)


def sheet(*rows: list[str]) -> SimpleUploadedFile:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("guides.xlsx", file.getvalue())


def test_it_works(browser: Browser) -> None:
    client = browser("dispatcher")
    answer = client.post(reverse("guide-new"), GOOD, follow=True)
    assert "已存为草稿" in answer.content.decode()
    guide = Guide.objects.get()
    assert (guide.state, guide.department_code) == ("draft", "sanitation")
    assert "已发布，居民现在看得到" in step(client, guide, "publish").content.decode()
    assert Client().get(f"/api/v1/guides/{guide.pk}").json()["title"] == "社保卡补办"
    step(client, guide, "withdraw")
    assert Client().get(f"/api/v1/guides/{guide.pk}").status_code == 404
    trail = AuditRecord.objects.filter(action=AuditAction.GUIDE).order_by("seq")
    assert [row.data["step"] for row in trail] == ["create", "publish", "withdraw"]


def test_a_preview_stores_nothing(browser: Browser) -> None:
    text = browser("lead").post(reverse("guide-new"), {**GOOD, "decision": "preview"}).content.decode()  # fmt: skip
    assert 'id="xc-guide-preview"' in text
    assert "周一至周五 8:30-12:00" in text
    assert Guide.objects.count() == 0


def test_faults_stand_beside_their_fields(browser: Browser) -> None:
    body = {**GOOD, "title": "", "week": "周八", "lat": "30"}
    for decision in ("save", "preview"):
        answer = browser("lead").post(reverse("guide-new"), {**body, "decision": decision})
        text = answer.content.decode()
        assert "缺少名称" in text
        assert "不是星期几" in text
        assert "经度和纬度要一起填" in text
    assert Guide.objects.count() == 0


def test_of_two_editors_the_second_is_told(browser: Browser) -> None:
    guide = own()
    client = browser("dispatcher")
    body = {**GOOD, "version": guide.version}
    assert client.post(edit(guide), body).status_code == 302
    again = client.post(edit(guide), {**body, "title": "第二次"})
    assert again.status_code == 409
    assert "刚才有人修改过" in again.content.decode()
    assert client.post(edit(guide), {**body, "version": "x"}).status_code == 409
    assert Guide.objects.get().title == "社保卡补办"


def test_a_department_keeps_its_own_and_its_head_publishes(browser: Browser) -> None:
    guide, foreign = own(), make_guide(now=timezone.now(), title="别家的")
    handler, head = browser("sanitation"), browser("sanitation_head")
    text = handler.get(reverse("guides")).content.decode()
    assert guide.code in text
    assert foreign.code not in text
    assert handler.get(edit(foreign)).status_code == 404
    assert step(handler, foreign, "confirm").status_code == 404
    assert handler.post(edit(guide), {**GOOD, "version": guide.version}).status_code == 302
    assert "由指挥室或本部门负责人办理" in step(handler, guide, "withdraw").content.decode()
    guide.refresh_from_db()
    assert guide.state == "published"
    step(head, guide, "withdraw")
    guide.refresh_from_db()
    assert guide.state == "withdrawn"
    # Giving it away to another department is not theirs to decide.
    moved = handler.post(edit(guide), {**GOOD, "version": guide.version, "department": ""})
    assert "只能维护本部门" in moved.content.decode()
    assert handler.get(reverse("guide-import")).status_code == 403


@pytest.mark.parametrize("username", ["auditor", "administrator", "security", "gridworker"])
def test_others_have_no_business_here(browser: Browser, username: str) -> None:
    client = browser(username)
    guide = own()
    assert client.get(reverse("guides")).status_code == 403
    assert client.get(edit(guide)).status_code == 403
    assert step(client, guide, "withdraw").status_code == 403
    guide.refresh_from_db()
    assert guide.state == "published"


def test_what_nobody_confirmed_and_what_residents_said_is_listed(browser: Browser) -> None:
    old = own(title="很久没核实")
    Guide.objects.filter(pk=old.pk).update(confirmed_at=timezone.now() - timedelta(days=181))
    told = own(title="电话不对的")
    for _ in range(3):
        note_fault(told.pk, kind=GuideFaultKind.PHONE, now=timezone.now())
    client = browser("lead")
    stale = client.get(reverse("guides"), {"tab": "stale"}).content.decode()
    assert old.code in stale
    assert told.code not in stale
    faulty = client.get(reverse("guides"), {"tab": "faulty"}).content.decode()
    assert "3 人次说有误" in faulty
    assert "电话打不通或不对" in client.get(edit(told)).content.decode()
    step(client, told, "confirm")
    step(client, old, "confirm")
    for tab in ("stale", "faulty"):
        page = client.get(reverse("guides"), {"tab": tab}).content.decode()
        assert "这里没有便民服务" in page


def test_it_is_found_by_sound(browser: Browser) -> None:
    guide = own()
    client = browser("lead")
    assert guide.code in client.get(reverse("guides"), {"q": "sbk"}).content.decode()
    assert "没有找到" in client.get(reverse("guides"), {"q": "公交"}).content.decode()


@pytest.mark.parametrize("query", [{"tab": "x"}, {"page": "x"}, {"page": "999"}, {"q": "'%_"}])
def test_it_forgives_a_senseless_address(browser: Browser, query: dict[str, str]) -> None:
    own()
    for name in ("guides", "bulletins"):
        assert browser("lead").get(reverse(name), query).status_code == 200


def test_the_list_costs_the_same_for_any_number(
    browser: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        own(title=f"第{number}")
    client = browser("lead")
    client.get(reverse("guides"))
    with django_assert_max_num_queries(16):
        client.get(reverse("guides"))


def test_a_sheet_with_a_fault_changes_nothing_and_a_good_one_is_shown(browser: Browser) -> None:
    client = browser("dispatcher")
    head = ["编号", "名称", "类别"]
    bad = client.post(reverse("guide-import"), {"file": sheet(head, ["a-1", "一", "便"], ["a-1", "", "飞"])})  # fmt: skip
    text = bad.content.decode()
    assert bad.status_code == 400
    assert "有 3 处错误，什么都没有导入" in text
    assert "编号与第 2 行重复" in text
    assert "确认导入" not in text
    good = client.post(reverse("guide-import"), {"file": sheet(head, ["a-1", "一<b>", "便"]), "publish": "on"})  # fmt: skip
    plan = good.context["plan"]
    assert "一&lt;b&gt;" in good.content.decode()
    assert Guide.objects.count() == 0
    body = {"cells": plan.as_json(), "mark": plan.mark, "publish": "1"}
    done = client.post(reverse("guide-import-apply"), body, follow=True)
    assert "新增 1 条" in done.content.decode()
    assert Client().get("/api/v1/guides").json()["items"][0]["title"] == "一<b>"
    # Pressed twice: the directory is not as it was looked at.
    again = client.post(reverse("guide-import-apply"), body)
    assert again.status_code == 409
    assert Guide.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "另存为 .xlsx"),
        ("a.png", b"\x89PNG\r\n", "只能导入"),
        ("a.xlsx", b"PK\x03\x04", "损坏"),
        ("a.xlsx", b"", "文件是空的"),
    ],
)
def test_a_wrong_file_says_what_to_do(browser: Browser, name: str, data: bytes, said: str) -> None:
    answer = browser("lead").post(reverse("guide-import"), {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_template_and_export_are_sheets(browser: Browser) -> None:
    own(title="=HYPERLINK(1)")
    client = browser("lead")
    for name, rows in (("guide-template", 1), ("guide-export", 2)):
        answer = client.get(reverse(name))
        found = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert found.max_row == rows
    assert found.cell(2, 2).value == "'=HYPERLINK(1)"
    assert AuditRecord.objects.filter(action=AuditAction.EXPORT).count() == 1


NOTICE = {"title": "台风蓝色预警", "body": "请收好阳台物品。", "source": "应急站"}


def post_bulletin(client: Client, row: Bulletin, name: str) -> Any:
    return client.post(reverse("bulletin-step", args=(row.pk,)), {"step": name}, follow=True)


def test_a_dispatcher_drafts_and_the_lead_publishes(browser: Browser) -> None:
    dispatcher, lead = browser("dispatcher"), browser("lead")
    assert dispatcher.post(reverse("bulletin-new"), NOTICE).status_code == 302
    row = Bulletin.objects.get()
    assert "由指挥室坐席起草、值班领导发布" in post_bulletin(dispatcher, row, "publish").content.decode()  # fmt: skip
    assert Client().get("/api/v1/bulletins").json()["items"] == []
    post_bulletin(lead, row, "publish")
    assert Client().get("/api/v1/bulletins").json()["items"][0]["title"] == "台风蓝色预警"
    row.refresh_from_db()
    assert (row.drafted_by, row.published_by) == ("dispatcher", "lead")
    change = {**NOTICE, "title": "改了", "version": row.version}
    page = reverse("bulletin-edit", args=(row.pk,))
    assert dispatcher.post(page, change).status_code == 403
    assert lead.post(page, change).status_code == 302
    assert "已撤下" in post_bulletin(dispatcher, row, "withdraw").content.decode()
    assert Client().get("/api/v1/bulletins").json()["items"] == []
    steps = AuditRecord.objects.filter(action=AuditAction.BULLETIN).order_by("seq")
    assert [one.data["step"] for one in steps] == ["create", "publish", "change", "withdraw"]


def test_an_urgent_bulletin_must_end(browser: Browser) -> None:
    answer = browser("lead").post(reverse("bulletin-new"), {**NOTICE, "urgent": "on"})
    assert answer.status_code == 400
    assert "紧急公告要写到期时间" in answer.content.decode()
    assert Bulletin.objects.count() == 0


def test_tabs_by_time(browser: Browser) -> None:
    now = timezone.now()
    make_bulletin(now=now, title="正在")
    make_bulletin(now=now, title="以后", publish_at=now + timedelta(days=1))
    make_bulletin(now=now, title="草稿", shown=False)
    for tab, title in (("shown", "正在"), ("coming", "以后"), ("draft", "草稿")):
        page = browser("auditor").get(reverse("bulletins"), {"tab": tab})
        assert [row.title for row in page.context["page"]] == [title]
    assert browser("auditor").get(reverse("bulletin-new")).status_code == 403
    assert browser("sanitation").get(reverse("bulletins")).status_code == 403

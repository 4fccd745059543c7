from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import forget_file, mark_broken, promote_version
from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import ModelChange, ModelVersion, TriageSettings
from dispatch.queries.classifiers import champion_version, triage_settings
from tests.dispatch.decisions import make_version
from tests.dispatch.factories import NOW, Cast

Browser = Callable[[str], Client]
pytestmark = pytest.mark.usefixtures("model_folder")

LIST = "admin:dispatch_modelversion_changelist"
SETTINGS = "admin:dispatch_triagesettings_changelist"
ROOM = {"dispatcher", "lead", "verifier", "auditor", "administrator"}
MANAGERS = {"lead", "administrator"}
EVERYBODY = sorted(ROOM | {"sanitation", "sanitation_head", "enforcement", "gridworker"})
COMPARISON: dict[str, Any] = {
    "held_out": 120,
    "trained_on": 480,
    "first": "2026-11-20T02:00:00+00:00",
    "last": "2026-11-24T02:00:00+00:00",
    "champion": {
        "version": "lexicon-0123456789",
        "right": 96,
        "accuracy": 0.8,
        "lower": 0.734,
        "upper": 0.853,
        "top2": 0.9,
        "auto_share": 0.41,
        "auto_accuracy": 0.95,
    },
    "challenger": {
        "version": "model-0123456789",
        "right": 109,
        "accuracy": 0.9083,
        "lower": 0.856,
        "upper": 0.943,
        "top2": 0.97,
        "auto_share": 0.72,
        "auto_accuracy": 0.98,
    },
    "only_challenger": 17,
    "only_champion": 4,
    "p_value": 0.0036,
    "difference": {"value": 0.1083, "lower": 0.05, "upper": 0.14},
    "by_length": [
        {"name": "30 字以内", "count": 70, "champion": 52, "challenger": 62},
        {"name": "60 字以上", "count": 0, "champion": 0, "challenger": 0},
    ],
    "handled": {"count": 40, "only_challenger": 0, "only_champion": 1, "p_value": 0.5},
}


def action_url(action: str, version: ModelVersion | None = None) -> str:
    url = reverse("admin:dispatch_modelversion_action", args=(action,))
    return f"{url}?version={version.pk}" if version else url


def page_url(version: ModelVersion) -> str:
    return reverse("admin:dispatch_modelversion_change", args=(version.pk,))


def press(client: Client, action: str, version: ModelVersion | None = None, **data: Any) -> Any:
    champion = champion_version()
    seen = champion.pk if champion else 0
    values = {"seen": seen, "reason": "试用一周", **data}
    return client.post(action_url(action, version), values)


def test_it_works(browser: Browser, cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二", comparison=COMPARISON)
    client = browser("lead")
    listing = client.get(reverse(LIST)).content.decode()
    assert all(word in listing for word in (first.version, "92.6%", "74.0%", "待启用", "词表"))
    assert "120 件：新 109 对，旧 96 对" in listing
    page = client.get(page_url(second)).content.decode()
    assert all(word in page for word in ("90.8%", "10.8%", "109 / 120", "碰巧的可能", "30 字以内"))
    assert "60 字以上" not in page
    assert "启用此版本" in page
    assert "{" not in page.split('class="xc-columns"')[1].split("</aside>")[0]

    for version in (first, second):
        assert press(client, "enable", version).status_code == 302
    assert champion_version() == second
    assert press(client, "roll_back").status_code == 302
    assert champion_version() == first
    assert press(client, "switch_off").status_code == 302
    assert champion_version() is None
    assert press(client, "train").status_code == 302
    changes = list(ModelChange.objects.order_by("pk"))
    assert [row.action for row in changes] == [
        ModelAction.ENABLE,
        ModelAction.ENABLE,
        ModelAction.ROLL_BACK,
        ModelAction.SWITCH_OFF,
        ModelAction.TRAIN,
    ]
    assert {(row.actor, row.reason) for row in changes} == {(cast.lead.user, "试用一周")}
    listing = client.get(reverse(LIST)).content.decode()
    assert "模型已由人工停用" in listing
    assert "试用一周" in listing


@pytest.mark.parametrize("username", EVERYBODY)
def test_it_opens_by_role(browser: Browser, username: str) -> None:
    version = make_version()
    client = browser(username)
    expected = 200 if username in ROOM else 403
    for url in (reverse(LIST), page_url(version), reverse(SETTINGS)):
        assert client.get(url).status_code == expected, url
    for action in ("enable", "roll_back", "switch_off", "train"):
        target = version if action == "enable" else None
        shown = client.get(action_url(action, target)).status_code
        assert shown == (200 if username in MANAGERS else 403), action
        if username not in MANAGERS:
            assert press(client, action, target).status_code == 403
    wishes = {"seen": 0, "accuracy": "90", "level": "90", "reason": "试"}
    saved = client.post(reverse(SETTINGS), wishes).status_code
    assert saved == (302 if username in MANAGERS else 403)
    if username in ROOM - MANAGERS:
        page = client.get(reverse(LIST)).content.decode()
        assert "立即训练" not in page
        assert "启用此版本" not in client.get(page_url(version)).content.decode()
        assert "<form" not in client.get(reverse(SETTINGS)).content.decode().split("xc-page")[1]


def test_it_forbids_strangers_adding_and_deleting(
    client: Client, browser: Browser, cast: Cast
) -> None:
    version = make_version()
    for url in (reverse(LIST), page_url(version), action_url("train"), reverse(SETTINGS)):
        assert client.get(url)["Location"].startswith(reverse("admin:login"))
    admin = browser("administrator")
    for page in ("modelversion", "triagesettings"):
        assert admin.get(reverse(f"admin:dispatch_{page}_add")).status_code == 403
    gone = admin.post(
        reverse("admin:dispatch_modelversion_delete", args=(version.pk,)), {"post": "yes"}
    )
    assert gone.status_code == 403
    assert ModelVersion.objects.filter(pk=version.pk).exists()


def test_it_validates_the_reason(browser: Browser, cast: Cast) -> None:
    version = make_version()
    for reason in ("", "  ", "长" * 301):
        response = press(browser("lead"), "enable", version, reason=reason)
        assert response.status_code == 400
        assert response.context["form"].errors["reason"]
    response = press(browser("lead"), "enable", version, seen="不是数")
    assert response.status_code == 400
    assert champion_version() is None


def test_it_handles_unknown_actions_and_versions(browser: Browser, cast: Cast) -> None:
    client = browser("lead")
    for url in (
        action_url("fall"),
        action_url("nonsense"),
        action_url("enable"),
        f"{action_url('enable')}?version=abc",
        f"{action_url('enable')}?version=99999999999999999999",
        reverse("admin:dispatch_modelversion_change", args=("nonsense",)),
    ):
        assert client.get(url).status_code == 404, url


def test_it_says_who_was_faster(browser: Browser, cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=SYSTEM, reason="测试", now=NOW)
    response = press(browser("lead"), "enable", second, seen=0)
    assert response.status_code == 409
    assert "刚被更换过" in response.content.decode()
    assert champion_version() == first


def test_it_refuses_a_version_without_a_usable_file(
    browser: Browser, cast: Cast, model_folder: Any
) -> None:
    pruned, broken = make_version(extra="一"), make_version(extra="二")
    forget_file(pruned.pk)
    (model_folder / broken.file).write_bytes(b"x")
    client = browser("lead")
    assert "启用此版本" not in client.get(page_url(pruned)).content.decode()
    for version in (pruned, broken):
        response = press(client, "enable", version)
        assert response.status_code == 409
        assert "文件" in response.content.decode()
    assert "文件损坏" in client.get(reverse(LIST)).content.decode()


def test_a_fallen_model_is_announced_to_the_command_room(browser: Browser, cast: Cast) -> None:
    version = make_version()
    promote_version(version.pk, actor=SYSTEM, reason="测试", now=NOW)
    pages = [reverse(LIST), reverse("admin:dispatch_ticket_changelist"), reverse("admin:index")]
    words = "研判模型不可用，正在用词表研判"
    assert not any(words in browser("lead").get(url).content.decode() for url in pages)
    mark_broken(version.pk, reason="模型文件不存在", now=NOW)
    for username in ("dispatcher", "lead"):
        for url in pages:
            assert words in browser(username).get(url).content.decode(), url
    queue = browser("sanitation").get(pages[1]).content.decode()
    assert words not in queue
    press(browser("lead"), "switch_off")
    assert words not in browser("lead").get(pages[1]).content.decode()


def test_the_settings_are_saved_in_per_cent(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    page = client.get(reverse(SETTINGS)).content.decode()
    assert 'value="98"' in page
    assert 'value="95"' in page
    saved = client.post(
        reverse(SETTINGS), {"seen": 0, "accuracy": "99.5%", "level": "９０", "reason": "先人工看"}
    )
    assert saved.status_code == 302
    policy = triage_settings()
    assert (policy.auto_dispatch, policy.accuracy, policy.level) == (False, 0.995, 0.9)
    queue = client.get(reverse(SETTINGS)).content.decode()
    assert "自动派单已关闭，新上报全部转人工派单" in queue


@pytest.mark.parametrize("value", ["", "79.9", "99.6", "98.55", "很高", "nan", "-98", "1e400"])
def test_it_validates_the_targets(browser: Browser, cast: Cast, value: str) -> None:
    response = browser("lead").post(
        reverse(SETTINGS), {"seen": 0, "accuracy": value, "level": "95", "reason": "试"}
    )
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["accuracy"]
    assert not TriageSettings.objects.exists()


def test_it_takes_the_same_queries_for_1_and_3_versions(browser: Browser, cast: Cast) -> None:
    client = browser("lead")
    client.get(reverse(LIST))
    counts = []
    for extras in ("一", "二三"):
        for extra in extras:
            row = make_version(extra=extra)
            promote_version(row.pk, actor=cast.lead, reason="测试", now=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert ModelVersion.objects.filter(status=ModelStatus.RETIRED).count() == 2


def test_the_empty_list_says_what_is_in_use(browser: Browser, cast: Cast) -> None:
    page = browser("lead").get(reverse(LIST)).content.decode()
    assert "词表（没有启用研判模型）" in page
    assert "退回上一版本" not in page
    assert "立即训练" in page

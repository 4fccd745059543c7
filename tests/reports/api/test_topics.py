import hashlib

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from reports.domain.topics import answer_topic, close_topic
from reports.models import Resident, Topic, TopicSupport
from tests.factories import make_resident, make_token
from tests.reports.conftest import Api
from tests.reports.voices import DAY, make_topic

pytestmark = pytest.mark.django_db


def guest_api() -> Api:
    digest = hashlib.sha256(b"browser").hexdigest()
    return Api(make_token(make_resident("", openid=f"guest:{digest}")))


def test_everybody_reads_and_only_oneself_is_told(api: Api, other: Api, nobody: Api) -> None:
    topic = make_topic()
    make_topic("还没写好", open_=False)
    assert api.post(f"/topics/{topic.pk}/support").status_code == 200
    [mine] = api.get("/topics").json()["items"]
    [theirs] = other.get("/topics").json()["items"]
    [open_] = nobody.get("/topics").json()["items"]
    assert (mine["supported"], theirs["supported"], open_["supported"]) == (True, False, None)
    assert [row["support_count"] for row in (mine, theirs, open_)] == [1, 1, 1]
    assert mine["id"] == str(topic.pk)
    assert mine["closes_at"].endswith("+08:00")
    assert nobody.get(f"/topics/{topic.pk}").json() == open_


def test_a_stale_token_reads_as_nobody() -> None:
    topic = make_topic()
    assert Api("0" * 64).get(f"/topics/{topic.pk}").json()["supported"] is None
    assert Api("0" * 64).post(f"/topics/{topic.pk}/support").status_code == 401


def test_once_however_often_and_back_again(api: Api, other: Api) -> None:
    topic = make_topic()
    path = f"/topics/{topic.pk}/support"
    assert [api.post(path).json()["support_count"] for _ in range(3)] == [1, 1, 1]
    assert other.post(path).json()["support_count"] == 2
    gone = api.delete(path).json()
    assert (gone["support_count"], gone["supported"]) == (1, False)
    assert api.delete(path).json()["support_count"] == 1


def test_a_guest_is_told_how_to_sign_in() -> None:
    topic = make_topic()
    answer = guest_api().post(f"/topics/{topic.pk}/support")
    assert (answer.status_code, answer.json()["code"]) == (403, "verification_needed")
    assert "验证手机号" in answer.json()["message"]
    assert TopicSupport.objects.count() == 0
    Resident.objects.filter(openid__startswith="guest:").delete()
    digest = hashlib.sha256(b"browser").hexdigest()
    known = make_resident(
        "", openid=f"guest:{digest}", phone="13800000001", phone_verified_at=timezone.now()
    )
    assert Api(make_token(known)).post(f"/topics/{topic.pk}/support").status_code == 200


@pytest.mark.parametrize("topic", ["0", "999999", "x", "-1", "1" * 30, "１"])
def test_what_is_not_there(topic: str, api: Api) -> None:
    for answer in (api.get(f"/topics/{topic}"), api.post(f"/topics/{topic}/support")):
        assert (answer.status_code, answer.json()["code"]) == (404, "topic_not_found")


def test_a_draft_is_nobodys(api: Api) -> None:
    draft = make_topic(open_=False)
    assert api.get(f"/topics/{draft.pk}").status_code == 404
    assert api.post(f"/topics/{draft.pk}/support").status_code == 404
    assert TopicSupport.objects.count() == 0


def test_after_the_answer_the_number_stands(api: Api, other: Api) -> None:
    topic = make_topic()
    api.post(f"/topics/{topic.pk}/support")
    answer_topic(topic.pk, reply="下月安装四张。", unit="文化站", now=timezone.now())
    late = other.post(f"/topics/{topic.pk}/support")
    assert (late.status_code, late.json()["code"]) == (409, "topic_not_open")
    assert api.delete(f"/topics/{topic.pk}/support").status_code == 409
    assert api.post(f"/topics/{topic.pk}/support").status_code == 200  # the same request again
    shown = api.get(f"/topics/{topic.pk}").json()
    assert shown["state"] == {"code": "answered", "label": "已答复"}
    assert (shown["reply"]["text"], shown["reply"]["unit"]) == ("下月安装四张。", "文化站")
    assert (shown["support_count"], shown["takes_support"]) == (1, False)
    close_topic(topic.pk, now=timezone.now())
    assert api.get(f"/topics/{topic.pk}").json()["state"]["code"] == "closed"


def test_the_time_is_the_servers(api: Api) -> None:
    topic = make_topic(now=timezone.now() - 8 * DAY)
    assert api.post(f"/topics/{topic.pk}/support").status_code == 409
    assert Topic.objects.get().support_count == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same(
    rows: int, api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        make_topic(f"话题{number}")
    api.get("/topics")
    with django_assert_num_queries(3):
        assert len(api.get("/topics").json()["items"]) == rows


def test_pages_by_cursor(nobody: Api) -> None:
    made = [str(make_topic(f"话题{number}").pk) for number in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = nobody.get("/topics", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]
    assert nobody.get("/topics", cursor="!").json()["errors"][0]["code"] == "invalid_cursor"

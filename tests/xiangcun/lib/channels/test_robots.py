"""The two chat robots against stand-ins that behave as the services do."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.fakes.robots import KEY, SECRET, TOKEN, FakeRobots, fake_robots
from xiangcun.lib.channels import Message, SendError
from xiangcun.lib.channels.dingtalk import DingtalkRobot
from xiangcun.lib.channels.wecom import WecomRobot
from xiangcun.lib.outbound import HttpClient

MESSAGE = Message("一条", "文字", "**文字**")
URGENT = Message("特急", "特急文字", "**特急**", urgent=True)


@pytest.fixture
def robots() -> Iterator[FakeRobots]:
    with fake_robots() as server:
        yield server


@pytest.fixture
def client() -> Iterator[HttpClient]:
    made = HttpClient(connect=0.5, read=0.4)
    yield made
    made.close()


def wecom(robots: FakeRobots, client: HttpClient) -> WecomRobot:
    return WecomRobot(robots.wecom_url, client=client)


def dingtalk(robots: FakeRobots, client: HttpClient, secret: str = SECRET) -> DingtalkRobot:
    return DingtalkRobot(robots.dingtalk_url, client=client, secret=secret)


def trouble(channel: WecomRobot | DingtalkRobot, message: Message = MESSAGE) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(message)
    return caught.value


def test_wecom_takes_markdown_and_an_urgent_message_calls_everybody(
    robots: FakeRobots, client: HttpClient
) -> None:
    wecom(robots, client).send(MESSAGE)
    wecom(robots, client).send(URGENT)
    assert robots.taken == [
        {"msgtype": "markdown", "markdown": {"content": "**文字**"}},
        {"msgtype": "text", "text": {"content": "特急文字", "mentioned_list": ["@all"]}},
    ]


def test_dingtalk_takes_a_signed_message(robots: FakeRobots, client: HttpClient) -> None:
    dingtalk(robots, client).send(MESSAGE)
    dingtalk(robots, client).send(URGENT)
    assert [said["at"]["isAtAll"] for said in robots.taken] == [False, True]


def test_a_long_message_is_cut_to_what_the_service_takes(
    robots: FakeRobots, client: HttpClient
) -> None:
    wecom(robots, client).send(Message("长", "字" * 3000, "字" * 3000))
    wecom(robots, client).send(Message("长", "字" * 3000, "字" * 3000, urgent=True))
    assert len(robots.taken) == 2


def test_dingtalk_adds_the_keyword_that_the_robot_wants(client: HttpClient) -> None:
    with fake_robots(keyword="前进街道") as robots:
        assert "关键词" in trouble(dingtalk(robots, client)).reason
        keyed = DingtalkRobot(robots.dingtalk_url, client=client, secret=SECRET, keyword="前进街道")
        keyed.send(MESSAGE)
        assert len(robots.taken) == 1


def test_the_rate_limit_is_busy(client: HttpClient) -> None:
    with fake_robots(limit=1) as robots:
        wecom(robots, client).send(MESSAGE)
        error = trouble(wecom(robots, client))
        assert (error.trouble, "45009" in error.reason) == ("busy", True)
        error = trouble(dingtalk(robots, client))
        assert (error.trouble, "130101" in error.reason) == ("busy", True)
    with fake_robots() as robots:
        robots.script = [429]
        assert trouble(wecom(robots, client)).trouble == "busy"


def test_wrong_address_and_wrong_secret_are_refused(robots: FakeRobots, client: HttpClient) -> None:
    error = trouble(WecomRobot(robots.wecom_url.replace(KEY, "other"), client=client))
    assert (error.trouble, "93000" in error.reason) == ("refused", True)
    error = trouble(dingtalk(robots, client, secret="SECother"))
    assert (error.trouble, "加签" in error.reason) == ("refused", True)
    url = robots.dingtalk_url.replace(TOKEN, "other")
    assert trouble(DingtalkRobot(url, client=client, secret=SECRET)).trouble == "refused"
    assert robots.taken == []


@pytest.mark.parametrize(
    "answer",
    [500, 502, None, b"<html>garbage", b"", b"[]", b'{"errcode": "0"}', b'{"errcode": true}',
     {"errcode": -1, "errmsg": "system busy"}],
)  # fmt: skip
def test_no_useful_answer_is_away(robots: FakeRobots, client: HttpClient, answer: object) -> None:
    for channel in (wecom(robots, client), dingtalk(robots, client)):
        robots.script = [answer]  # type: ignore[list-item]  # one of the script's kinds
        assert trouble(channel).trouble == "away"
    assert robots.taken == []


def test_a_redirect_is_not_followed(robots: FakeRobots, client: HttpClient) -> None:
    robots.script = [302]
    assert trouble(wecom(robots, client)).trouble == "refused"
    assert robots.calls == 1


def test_nobody_there_is_away(client: HttpClient) -> None:
    with fake_robots() as robots:
        gone = wecom(robots, client)
    assert trouble(gone).trouble == "away"


def test_no_log_and_no_error_names_the_key(
    robots: FakeRobots, client: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="xiangcun")
    robots.script = [500, {"errcode": 93000, "errmsg": KEY}]
    texts = [str(trouble(wecom(robots, client))) for _try in range(2)]
    dingtalk(robots, client).send(MESSAGE)
    for text in (*texts, caplog.text):
        assert KEY not in text
        assert TOKEN not in text
        assert SECRET not in text

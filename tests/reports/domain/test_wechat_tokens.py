"""One token for everybody: fetched early, fetched once, fetched again when WeChat refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from reports.domain.wechat_tokens import RowTokenStore
from reports.models import WechatToken
from tests.fakes.wechat import FakeWechat, fake_wechat
from xiangcun.lib.errors import DomainError
from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.wechat import AccessTokens, StoredToken


class Clock:
    """The hour of both WeChat and us."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def epoch(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[FakeWechat]:
    with fake_wechat() as fake:
        fake.platform.clock = clock.epoch
        yield fake


@pytest.fixture
def owner(server: FakeWechat, clock: Clock) -> Iterator[Callable[[], AccessTokens]]:
    """Return a maker of owners, as every process has one."""
    clients: list[HttpClient] = []

    def make() -> AccessTokens:
        clients.append(HttpClient(connect=0.5, read=0.3))
        return AccessTokens(
            app_id="wx1234", secret="s", base_url=server.base_url, store=RowTokenStore(),
            client=clients[-1], clock=clock, sleep=clock.sleep,
        )  # fmt: skip

    yield make
    for client in clients:
        client.close()


Owner = Callable[[], AccessTokens]


@pytest.mark.django_db
def test_all_processes_share_one(owner: Owner, server: FakeWechat) -> None:
    tokens = {owner().current().token for _ in range(3)}
    assert tokens == {server.platform.desk.current}
    assert server.platform.desk.fetched == 1
    row = WechatToken.objects.get()
    assert server.platform.desk.current not in row.sealed


@pytest.mark.django_db
def test_it_is_fetched_before_it_ends(owner: Owner, server: FakeWechat, clock: Clock) -> None:
    first = owner().current()
    clock.now += timedelta(minutes=110)
    assert owner().current().token == first.token
    clock.now += timedelta(minutes=7)
    second = owner().current()
    assert second.token != first.token
    assert (second.version, server.platform.desk.fetched) == (2, 2)


@pytest.mark.django_db
def test_a_token_that_stays_the_same_is_not_asked_for_at_every_call(
    owner: Owner, server: FakeWechat, clock: Clock
) -> None:
    first = owner().current()
    clock.now += timedelta(minutes=117)
    same = {"access_token": first.token, "expires_in": 170}
    server.script = [same]
    for _ in range(5):
        assert owner().current().token == first.token
    assert server.calls == 2
    clock.now += timedelta(seconds=61)
    assert owner().current().token != first.token


@pytest.mark.django_db
def test_the_old_one_serves_while_wechat_is_away(
    owner: Owner, server: FakeWechat, clock: Clock
) -> None:
    first = owner().current()
    clock.now += timedelta(minutes=117)
    server.script = [500]
    assert owner().current().token == first.token
    # Nobody asks again within the pause.
    before = server.calls
    assert owner().current().token == first.token
    assert server.calls == before
    clock.now += timedelta(seconds=4)
    assert owner().current().token != first.token


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([500], "wechat_unreachable"),
        ([None], "wechat_unreachable"),
        ([b"[]"], "wechat_unreachable"),
        ([{"access_token": "t"}], "wechat_unreachable"),
        ([{"errcode": -1}, {"errcode": -1}], "wechat_busy"),
        ([{"errcode": 40125}], "wechat_misconfigured"),
        ([{"errcode": 45009}], "too_many_requests"),
    ],
)
def test_there_may_be_none(
    owner: Owner,
    server: FakeWechat,
    script: list[dict[str, object] | bytes | int | None],
    code: str,
) -> None:
    server.script = script
    with pytest.raises(DomainError) as caught:
        owner().current()
    assert caught.value.code == code


@pytest.mark.django_db
def test_a_busy_wechat_is_asked_twice(owner: Owner, server: FakeWechat) -> None:
    server.script = [{"errcode": -1}]
    assert owner().current().token == server.platform.desk.current


@pytest.mark.django_db
def test_a_refused_one_is_fetched_again(owner: Owner, server: FakeWechat) -> None:
    mine, other = owner(), owner()
    first = mine.current()
    assert other.current() == first
    server.platform.desk.revoke()
    assert mine.renew(first).token == server.platform.desk.current
    # The other process was refused the same one and finds the new one there already.
    assert other.renew(first).token == server.platform.desk.current
    assert server.platform.desk.fetched == 2
    assert not server.platform.desk.forced


@pytest.mark.django_db
def test_force_is_used_only_when_wechat_keeps_giving_what_it_refuses(
    owner: Owner, server: FakeWechat, clock: Clock
) -> None:
    mine = owner()
    first = mine.current()
    second = mine.renew(first)
    assert second.token != first.token
    assert len(server.platform.desk.forced) == 1
    # Soon after that it is not forced again: WeChat allows twenty a day.
    with pytest.raises(DomainError):
        mine.renew(second)
    assert len(server.platform.desk.forced) == 1
    clock.now += timedelta(seconds=61)
    assert mine.current().token != second.token
    assert len(server.platform.desk.forced) == 2


@pytest.mark.django_db
def test_a_fetcher_that_died_is_replaced(owner: Owner, server: FakeWechat, clock: Clock) -> None:
    store = RowTokenStore()
    store.read("wx1234")
    taken = store.lease(
        "wx1234", version=0, holder="dead", now=clock.now, until=clock.now + timedelta(seconds=4)
    )
    assert taken
    assert owner().current().token == server.platform.desk.current
    # What the dead one may still bring is not kept.
    assert not store.store("wx1234", holder="dead", token=StoredToken("late"), busy_until=None)
    assert owner().current().token == server.platform.desk.current


@pytest.mark.django_db
def test_a_changed_key_means_a_new_token(
    owner: Owner, server: FakeWechat, settings: Settings
) -> None:
    first = owner().current()
    settings.SECRET_KEY = "another" * 10
    settings.SECRET_KEY_FALLBACKS = []
    server.platform.desk.revoke()
    assert owner().current().token not in {"", first.token}


@pytest.mark.django_db(transaction=True)
def test_many_at_once_fetch_it_once(server: FakeWechat) -> None:
    def ask(_: int) -> str:
        client = HttpClient()
        try:
            tokens = AccessTokens(
                app_id="wx1234", secret="s", base_url=server.base_url, store=RowTokenStore(),
                client=client,
            )  # fmt: skip
            return tokens.current().token
        finally:
            client.close()
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(ask, range(12))) == {server.platform.desk.current}
    assert server.platform.desk.fetched == 1


@pytest.mark.django_db(transaction=True)
def test_many_that_are_refused_at_once_fetch_it_once(server: FakeWechat) -> None:
    def make() -> tuple[HttpClient, AccessTokens]:
        client = HttpClient()
        return client, AccessTokens(
            app_id="wx1234", secret="s", base_url=server.base_url, store=RowTokenStore(),
            client=client,
        )  # fmt: skip

    client, tokens = make()
    first = tokens.current()
    client.close()
    server.platform.desk.revoke()

    def renew(_: int) -> str:
        own, mine = make()
        try:
            return mine.renew(first).token
        finally:
            own.close()
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(renew, range(12))) == {server.platform.desk.current}
    assert server.platform.desk.fetched == 2

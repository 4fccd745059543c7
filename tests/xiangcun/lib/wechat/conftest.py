"""A running fake of WeChat and the services that speak to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reports.domain.wechat_tokens import RowTokenStore
from tests.fakes.wechat import FakeWechat, fake_wechat
from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.wechat import WechatApi, build_api


@pytest.fixture
def server() -> Iterator[FakeWechat]:
    with fake_wechat(secret="s") as fake:
        fake.platform.log_in("ma")
        yield fake


@pytest.fixture
def api(server: FakeWechat, db: None) -> Iterator[WechatApi]:
    client = HttpClient(connect=0.5, read=0.4)
    yield build_api(
        app_id="wx1234",
        secret="s",
        base_url=server.base_url,
        store=RowTokenStore(),
        client=client,
    )
    client.close()

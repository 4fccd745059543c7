"""What production refuses."""

import dataclasses

import pytest

from tests.fakes.wechat_push import AES_KEY
from xiangcun.lib.strict import StartFacts, WechatFacts, production_faults

GOOD = StartFacts(
    secret_key="".join(chr(33 + i) for i in range(60)),
    ledger_key="".join(chr(34 + i) for i in range(60)),
    allowed_hosts=("town.example",),
    dev_login=False,
    wechat=WechatFacts(app_id="wx1", secret="given"),
    sqlite=False,
    sqlite_allowed=False,
)


def test_it_works() -> None:
    assert production_faults(GOOD) == []
    assert production_faults(dataclasses.replace(GOOD, sqlite=True, sqlite_allowed=True)) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "a" * 60}, "SECRET_KEY"),
        ({"secret_key": "django-insecure-" + GOOD.secret_key}, "SECRET_KEY"),
        ({"ledger_key": ""}, "LEDGER_KEY"),
        ({"ledger_key": GOOD.secret_key}, "LEDGER_KEY"),
        ({"allowed_hosts": ()}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": ("*",)}, "ALLOWED_HOSTS"),
        ({"dev_login": True}, "WECHAT_APPID"),
        ({"sqlite": True}, "DATABASE_URL"),
    ],
)
def test_it_forbids_each_fault(change: dict[str, object], named: str) -> None:
    (fault,) = production_faults(dataclasses.replace(GOOD, **change))  # type: ignore[arg-type]
    assert fault.startswith(f"{named}: ")


def test_it_tells_all_faults_at_once() -> None:
    worst = dataclasses.replace(
        GOOD, secret_key="", ledger_key="", allowed_hosts=("*",), dev_login=True, sqlite=True
    )
    assert len(production_faults(worst)) == 5


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"app_id": "wx1"}, ["WECHAT_SECRET"]),
        ({"guest_login": False}, ["WECHAT_APPID"]),
        ({"guest_login": False, "app_id": "wx1", "secret": "s"}, []),
        ({}, []),
        ({"h5_app_id": "wx2", "public_base_url": "https://t.example"}, ["WECHAT_H5_SECRET"]),
        ({"h5_app_id": "wx2", "h5_secret": "s"}, ["PUBLIC_BASE_URL"]),
        (
            {"h5_app_id": "wx2", "h5_secret": "s", "public_base_url": "http://t.example"},
            ["PUBLIC_BASE_URL"],
        ),
        ({"h5_app_id": "wx2", "h5_secret": "s", "public_base_url": "https://t.example"}, []),
        ({"push_token": "t", "push_aes_key": AES_KEY}, ["WECHAT_APPID"]),
        ({"app_id": "wx1", "secret": "s", "push_token": "t"}, ["WECHAT_PUSH_AES_KEY"]),
        (
            {"app_id": "wx1", "secret": "s", "push_token": "t", "push_aes_key": "!" * 43},
            ["WECHAT_PUSH_AES_KEY"],
        ),
        ({"app_id": "wx1", "secret": "s", "push_token": "t", "push_aes_key": AES_KEY}, []),
    ],
)
def test_it_looks_at_wechat(facts: dict[str, object], named: list[str]) -> None:
    changed = dataclasses.replace(GOOD, wechat=WechatFacts(**facts))  # type: ignore[arg-type]
    assert [fault.partition(":")[0] for fault in production_faults(changed)] == named

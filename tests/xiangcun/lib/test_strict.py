"""What production refuses."""

import dataclasses

import pytest

from xiangcun.lib.strict import StartFacts, production_faults

GOOD = StartFacts(
    secret_key="".join(chr(33 + i) for i in range(60)),
    ledger_key="".join(chr(34 + i) for i in range(60)),
    allowed_hosts=("town.example",),
    dev_login=False,
    wechat_secret="given",
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
        ({"wechat_secret": ""}, "WECHAT_SECRET"),
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

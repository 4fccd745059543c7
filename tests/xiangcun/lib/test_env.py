"""Typed environment."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from xiangcun.lib.env import (
    env_bool,
    env_int,
    env_list,
    env_optional_bool,
    env_rates,
    env_str,
    env_url,
)


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", " 7 ")
    assert env_int("EXAMPLE", 1) == 7
    assert env_str("EXAMPLE") == "7"
    assert env_list("EXAMPLE") == ["7"]


def test_it_takes_an_empty_value_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", " ")
    assert env_int("EXAMPLE", 1) == 1
    assert env_optional_bool("EXAMPLE") is None
    assert env_bool("EXAMPLE", default=True) is True
    assert env_url("EXAMPLE", schemes=("redis",)) is None


@pytest.mark.parametrize(
    ("word", "value"), [("1", True), ("Yes", True), ("off", False), ("0", False)]
)
def test_it_reads_booleans(monkeypatch: pytest.MonkeyPatch, word: str, value: bool) -> None:
    monkeypatch.setenv("EXAMPLE", word)
    assert env_optional_bool("EXAMPLE") is value


def test_it_reads_a_secret_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-file\n")
    monkeypatch.setenv("EXAMPLE_FILE", str(secret))
    assert env_str("EXAMPLE") == "from-file"
    monkeypatch.setenv("EXAMPLE", "plain")
    assert env_str("EXAMPLE") == "plain"


@pytest.mark.parametrize("word", ["maybe", "2"])
def test_it_validates_booleans(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("EXAMPLE", word)
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE: 只能填 1 或 0"):
        env_bool("EXAMPLE", default=False)


@pytest.mark.parametrize(
    ("word", "said"), [("x", "必须是整数"), ("0", "必须在 1 到 9 之间"), ("10", "必须在 1")]
)
def test_it_validates_integers(monkeypatch: pytest.MonkeyPatch, word: str, said: str) -> None:
    monkeypatch.setenv("EXAMPLE", word)
    with pytest.raises(ImproperlyConfigured, match=said):
        env_int("EXAMPLE", 5, low=1, high=9)


@pytest.mark.parametrize("url", ["mysql://h/x", "postgres://h:port/x", "postgres://[h/x"])
def test_it_validates_urls_and_never_quotes_them(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("EXAMPLE", url)
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE: 网址") as caught:
        env_url("EXAMPLE", schemes=("postgres",))
    assert url not in str(caught.value)


def test_it_validates_that_a_secret_file_exists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXAMPLE_FILE", str(tmp_path / "absent"))
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE_FILE: 指定的文件无法读取"):
        env_str("EXAMPLE")


def test_it_scales_rates_and_replaces_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", "me = 7/hour")
    rates = env_rates("EXAMPLE", {"me": "300/min", "public": "120/min"}, scale=10)
    assert rates == {"me": "7/hour", "public": "1200/min"}


@pytest.mark.parametrize("word", ["me", "me=", "me=fast", "me=1/year", "us=1/min", "me=-1/min"])
def test_it_forbids_a_rate_that_would_not_hold(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("EXAMPLE", word)
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE"):
        env_rates("EXAMPLE", {"me": "300/min"}, scale=1)

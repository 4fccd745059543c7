from __future__ import annotations

import pytest
from django.test import RequestFactory

from xiangcun.lib.clients import client_address, device_words, line_of, mask_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.9"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "203.0.113.7"),
        (1, "", "10.0.0.9"),
        (1, "not an address", ""),
    ],
)
def test_only_our_own_proxies_are_believed(proxies: int, forwarded: str, expected: str) -> None:
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **extra)  # type: ignore[arg-type]
    assert client_address(request, proxies=proxies) == expected


def test_one_address_has_one_spelling() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="::ffff:203.0.113.7")
    assert client_address(request, proxies=0) == "203.0.113.7"


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_line_is_what_a_phone_cannot_change(address: str, line: str) -> None:
    assert line_of(address) == line


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140 Safari/537 Edg/140", "Windows · Edge"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 MicroMessenger/8", "安卓 · 微信"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605", "iPhone · Safari"),
        ("", "未知设备"),
    ],
)
def test_devices_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_addresses_are_masked() -> None:
    assert mask_address("192.168.3.44") == "192.168.3.*"
    assert mask_address("2001:db8:1:2::7") == "2001:db8:1:*"
    assert mask_address("") == ""

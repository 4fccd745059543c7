"""Only known hosts, only outside: whoever fills in an address cannot aim the server at a neighbour."""

from __future__ import annotations

import pytest

from xiangcun.lib.channels import SendError
from xiangcun.lib.channels.addresses import check_address, check_reachable

ALLOWED = ("qyapi.weixin.qq.com", "http://127.0.0.1:8237")
GOOD = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"


def test_an_allowed_host_by_https_and_a_vouched_origin_pass() -> None:
    for url in (GOOD, GOOD.replace(".com/", ".com:443/"), "http://127.0.0.1:8237/send"):
        check_address(url, allowed=ALLOWED)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "qyapi.weixin.qq.com",
        "http://qyapi.weixin.qq.com/send",
        "https://qyapi.weixin.qq.com:8443/send",
        "https://user:pw@qyapi.weixin.qq.com/send",
        "https://qyapi.weixin.qq.com@evil.example/send",
        "https://evil.example/qyapi.weixin.qq.com",
        "https://qyapi.weixin.qq.com.evil.example/send",
        "https://127.0.0.1/send",
        "https://[::1]/send",
        "http://127.0.0.1:8238/send",
        "http://127.0.0.1:8237@evil.example/send",
        "file:///etc/passwd",
        "https://qyapi.weixin.qq.com:port/send",
        "https://qyapi.weixin.qq.com/a b",
        "https://qyapi.weixin.qq.com/#x",
        "https://" + "a" * 600,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(SendError) as caught:
        check_address(url, allowed=ALLOWED)
    assert caught.value.trouble == "refused"


@pytest.mark.parametrize(
    "found",
    [["10.0.0.5"], ["127.0.0.1"], ["203.205.1.1", "192.168.1.1"], ["::1"], ["fe80::1%eth0"],
     ["169.254.169.254"], []],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(found: list[str]) -> None:
    with pytest.raises(SendError) as caught:
        check_reachable(GOOD, allowed=ALLOWED, resolve=lambda _host: found)
    assert caught.value.trouble == "refused"


def test_a_public_name_passes_and_an_unknown_one_may_work_later() -> None:
    check_reachable(GOOD, allowed=ALLOWED, resolve=lambda _host: ["1.12.13.14"])

    def unknown(_host: str) -> list[str]:
        raise OSError

    with pytest.raises(SendError) as caught:
        check_reachable(GOOD, allowed=ALLOWED, resolve=unknown)
    assert caught.value.trouble == "away"

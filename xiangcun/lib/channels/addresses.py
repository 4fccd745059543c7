"""Which webhook addresses may be called: an allow-list of hosts, and nothing inside our own walls.

Whoever may fill in an address must not be able to make the server knock at the neighbours (SSRF). A
plain host of the list is called by HTTPS on port 443 and must resolve to public addresses only. An
entry with a scheme (``http://10.1.2.3:8080``) is an origin that the operator vouches for: a relay in
the office's own network, or a stand-in in a test.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from xiangcun.lib.channels.base import SendError

HTTPS_PORT = 443
MOST_CHARACTERS = 500
Resolve = Callable[[str], Sequence[str]]


def resolve_host(host: str) -> list[str]:
    """Return the addresses of a host name; ``OSError`` when there are none."""
    found: list[Any] = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in found]


def check_address(url: str, *, allowed: Sequence[str]) -> None:
    """Raise ``SendError`` (refused) unless the address is one that may be called at all."""
    parts = _split(url)
    if parts is None or parts.username or parts.password or parts.fragment:
        raise SendError("refused", _("地址格式不正确"))
    if _origin(parts) in allowed:
        return
    if parts.scheme != "https" or parts.port not in {None, HTTPS_PORT}:
        raise SendError("refused", _("地址必须以 https:// 开头，且不带端口"))
    if (parts.hostname or "") not in allowed:
        raise SendError("refused", _("不在允许的机器人服务器名单内"))


def check_reachable(url: str, *, allowed: Sequence[str], resolve: Resolve = resolve_host) -> None:
    """Check the address again, and that its host lies outside: just before every call.

    The name could resolve otherwise a moment later; that only the allow-list's hosts are asked keeps
    this from being of use to anybody.
    """
    check_address(url, allowed=allowed)
    parts = urlsplit(url)
    if _origin(parts) in allowed:
        return
    try:
        found = resolve(parts.hostname or "")
    except OSError:
        raise SendError("away", _("解析不出对方服务器的地址")) from None
    if not found or not all(ipaddress.ip_address(one.split("%")[0]).is_global for one in found):
        raise SendError("refused", _("对方服务器的域名指向内网地址，已拒绝"))


def _split(url: str) -> SplitResult | None:
    if len(url) > MOST_CHARACTERS or any(char.isspace() or char == "\\" for char in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"

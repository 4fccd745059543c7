"""Who is at the other end: the address behind our proxies, and the browser in words."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_OWN_NETWORK_BITS = 64
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("wxwork", "企业微信"),
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("QQBrowser", "QQ 浏览器"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def address_of(request: HttpRequest) -> str:
    """Return the client's address as the configured proxies tell it, "" when there is none."""
    return client_address(request, proxies=settings.REST_FRAMEWORK.get("NUM_PROXIES") or 0)


def client_address(request: HttpRequest, *, proxies: int) -> str:
    """Return the client's address, "" when there is none that reads as one.

    ``proxies`` of our own stand in front and each appends who called it to ``X-Forwarded-For``:
    only what they wrote is believed, the rest is the caller's own claim. An IPv4 address in the
    spelling of IPv6 (a listener for both) is the IPv4 address.
    """
    claimed = request.META.get("REMOTE_ADDR", "")
    if proxies > 0:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        hops = [hop for hop in hops if hop]
        if hops:
            claimed = hops[-min(proxies, len(hops))]
    try:
        place = ip_address(claimed)
    except ValueError:
        return ""
    plain = place.ipv4_mapped if isinstance(place, IPv6Address) else None
    return str(plain or place)[:45]


def line_of(address: str) -> str:
    """Return what stays the same of one line: an IPv6 phone changes the lower half as it likes."""
    place = ip_address(address)
    if isinstance(place, IPv6Address):
        return str(ip_network((int(place), _OWN_NETWORK_BITS), strict=False))
    return address


def device_words(agent: str) -> str:
    """Name system and browser of a ``User-Agent`` as a clerk would."""
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    return " · ".join(filter(None, (system, browser))) or "未知设备"


def mask_address(address: str) -> str:
    """Hide the last part of an address: ``192.168.3.*``."""
    if ":" in address:
        return ":".join([*address.split(":")[:3], "*"])
    return ".".join([*address.split(".")[:3], "*"]) if address else ""

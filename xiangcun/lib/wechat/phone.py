"""The telephone number that WeChat knows of somebody who presses 获取手机号.

Source: the platform's documentation of ``getPhoneNumber``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.wechat.base import errcode_of, refusal, unreachable
from xiangcun.lib.wechat.gateway import Gateway, asked

CODE_ERRORS = frozenset({40029, 40163})
OTHER_PERSON = 40244
"""The code was made by somebody else than the openid given beside it."""


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """``number`` without the country's code."""

    number: str = field(repr=False)
    country_code: str


def phone_number(gateway: Gateway, code: str, *, openid: str = "") -> PhoneNumber:
    """Exchange a code of ``getPhoneNumber`` (valid 5 minutes, once; not that of ``wx.login``)."""
    body = {"code": code, **({"openid": openid} if openid else {})}
    answer = asked(lambda: gateway.post("/wxa/business/getuserphonenumber", body))
    errcode = errcode_of(answer)
    if errcode in CODE_ERRORS or errcode == OTHER_PERSON:
        raise InvalidInputError.of_field(
            "code", "wechat_code_invalid", _("手机号授权已失效，请重新点击“获取手机号”")
        )
    if errcode:
        raise refusal(errcode)
    info: Any = answer.get("phone_info")
    number = info.get("purePhoneNumber") if isinstance(info, Mapping) else None
    if not isinstance(number, str) or not number:
        raise unreachable()
    return PhoneNumber(number, str(info.get("countryCode") or "86"))

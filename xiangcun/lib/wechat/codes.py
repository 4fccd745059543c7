"""Codes of the mini program (小程序码) for posters, without limit of number.

Source: the platform's documentation of ``getUnlimitedQRCode``: a picture, or an error in JSON.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.wechat.base import WechatUnavailableError, errcode_of, refusal
from xiangcun.lib.wechat.gateway import Gateway, asked

SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
MIN_WIDTH, MAX_WIDTH = 280, 1280
BAD_SCENE, BAD_PAGE = 40129, 41030


def mini_program_code(
    gateway: Gateway, *, scene: str, page: str, width: int = 430, version: str = "release"
) -> bytes:
    """Return the picture that opens ``page`` with ``scene``; raises typed errors."""
    if not SCENE.fullmatch(scene):
        raise InvalidInputError("wechat_scene_invalid", _("小程序码的参数不符合要求"))
    body = {
        "scene": scene,
        "page": page.lstrip("/"),
        "check_path": version == "release",
        "env_version": version,
        "width": max(MIN_WIDTH, min(MAX_WIDTH, width)),
    }
    answer = asked(lambda: gateway.post_for_bytes("/wxa/getwxacodeunlimit", body))
    if isinstance(answer, bytes):
        return answer
    errcode = errcode_of(answer)
    if errcode == BAD_PAGE:
        raise WechatUnavailableError(
            "wechat_page_unknown", _("小程序还没有发布上报页面，暂时不能生成小程序码")
        )
    if errcode == BAD_SCENE:
        raise InvalidInputError("wechat_scene_invalid", _("小程序码的参数不符合要求"))
    raise refusal(errcode)

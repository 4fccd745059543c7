"""The services of the mini program that the settings name."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.wechat import checks, codes, phone, subscribe
from xiangcun.lib.wechat.base import CLIENT
from xiangcun.lib.wechat.gateway import Gateway
from xiangcun.lib.wechat.tokens import AccessTokens, TokenStore


class WechatApi:
    """Every service behind one token. Call it outside of transactions: each call asks WeChat."""

    def __init__(self, gateway: Gateway, *, version: str = "release") -> None:
        self._gateway, self._version = gateway, version

    def phone_number(self, code: str, *, openid: str = "") -> phone.PhoneNumber:
        """Exchange a code of ``getPhoneNumber``; raises errors fit for the screen."""
        return phone.phone_number(self._gateway, code, openid=openid)

    def send_subscribe(self, message: subscribe.SubscribeMessage) -> subscribe.SubscribeOutcome:
        """Send one subscribe message; never raises."""
        return subscribe.send_subscribe(self._gateway, message, version=self._version)

    def check_text(
        self, content: str, *, openid: str, scene: checks.CheckScene = checks.CheckScene.FORUM
    ) -> checks.CheckOutcome:
        """Ask about words; never raises."""
        return checks.check_text(self._gateway, content, openid=openid, scene=scene)

    def check_media(
        self, url: str, *, openid: str, scene: checks.CheckScene = checks.CheckScene.FORUM
    ) -> checks.CheckOutcome:
        """Hand in a picture; the verdict comes by push. Never raises."""
        return checks.check_media(self._gateway, url, openid=openid, scene=scene)

    def mini_program_code(self, *, scene: str, page: str = "", width: int = 430) -> bytes:
        """Return the picture of a code; raises errors fit for the screen."""
        return codes.mini_program_code(
            self._gateway,
            scene=scene,
            page=page or settings.WECHAT_CODE_PAGE,
            width=width,
            version=self._version,
        )


def api() -> WechatApi | None:
    """Return the services, or ``None`` where no mini program is configured."""
    if not (settings.WECHAT_APPID and settings.WECHAT_SECRET):
        return None
    return _api(
        settings.WECHAT_APPID,
        settings.WECHAT_SECRET,
        settings.WECHAT_API_BASE,
        settings.WECHAT_CODE_VERSION,
        settings.WECHAT_TOKEN_STORE,
    )


@lru_cache(maxsize=4)
def _api(app_id: str, secret: str, base_url: str, version: str, store_path: str) -> WechatApi:
    store: TokenStore = import_string(store_path)()
    return build_api(app_id=app_id, secret=secret, base_url=base_url, version=version, store=store)


def build_api(
    *,
    app_id: str,
    secret: str,
    base_url: str,
    store: TokenStore,
    version: str = "release",
    client: HttpClient = CLIENT,
) -> WechatApi:
    """Build the services by hand."""
    tokens = AccessTokens(
        app_id=app_id, secret=secret, base_url=base_url, store=store, client=client
    )
    return WechatApi(Gateway(base_url=base_url, tokens=tokens, client=client), version=version)

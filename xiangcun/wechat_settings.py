"""Settings of WeChat and of who may sign in; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from xiangcun.lib.env import bad_value, env_bool, env_optional_bool, env_str
from xiangcun.lib.strict import WechatFacts

__all__ = [
    "DEV_LOGIN",
    "GUEST_LOGIN",
    "WECHAT_API_BASE",
    "WECHAT_APPID",
    "WECHAT_CODE_PAGE",
    "WECHAT_CODE_VERSION",
    "WECHAT_H5_APPID",
    "WECHAT_H5_SECRET",
    "WECHAT_OAUTH_BASE",
    "WECHAT_PUSH_AES_KEY",
    "WECHAT_PUSH_TOKEN",
    "WECHAT_SECRET",
    "WECHAT_TOKEN_STORE",
]

# The mini program: logins, phone numbers, subscribe messages, checks, its codes on posters.
WECHAT_APPID = env_str("WECHAT_APPID")
WECHAT_SECRET = env_str("WECHAT_SECRET")
WECHAT_API_BASE = env_str("WECHAT_API_BASE", "https://api.weixin.qq.com")
# The official account (服务号) whose web page authorisation tells who opened our pages in WeChat.
WECHAT_H5_APPID = env_str("WECHAT_H5_APPID")
WECHAT_H5_SECRET = env_str("WECHAT_H5_SECRET")
WECHAT_OAUTH_BASE = env_str("WECHAT_OAUTH_BASE", "https://open.weixin.qq.com")
# 消息推送: the token signs, the key of 43 letters seals (安全模式). Without a token the address is off.
WECHAT_PUSH_TOKEN = env_str("WECHAT_PUSH_TOKEN")
WECHAT_PUSH_AES_KEY = env_str("WECHAT_PUSH_AES_KEY")
# Which page of the mini program a poster's code opens, and of which version of it.
WECHAT_CODE_PAGE = env_str("WECHAT_CODE_PAGE", "pages/report/index").lstrip("/")
WECHAT_CODE_VERSION = env_str("WECHAT_CODE_VERSION", "release")
if WECHAT_CODE_VERSION not in {"release", "trial", "develop"}:
    raise bad_value(
        "WECHAT_CODE_VERSION",
        "只能填 release、trial 或 develop",
        "must be release, trial or develop",
    )
# Where the one access token is kept; the library knows no tables.
WECHAT_TOKEN_STORE = "reports.domain.wechat_tokens.RowTokenStore"  # noqa: S105 - the name of a class
# ``dev:<name>`` logs a resident in without WeChat: never in production.
DEV_LOGIN = not WECHAT_APPID and env_optional_bool("DEBUG") is not False
# Any browser may report as the guest that it is; 0 where the township wants WeChat people only.
GUEST_LOGIN = env_bool("GUEST_LOGIN", default=True)


def wechat_facts(public_base_url: str) -> WechatFacts:
    """Return what the check of a production start looks at."""
    return WechatFacts(
        app_id=WECHAT_APPID,
        secret=WECHAT_SECRET,
        h5_app_id=WECHAT_H5_APPID,
        h5_secret=WECHAT_H5_SECRET,
        push_token=WECHAT_PUSH_TOKEN,
        push_aes_key=WECHAT_PUSH_AES_KEY,
        public_base_url=public_base_url,
        guest_login=GUEST_LOGIN,
    )

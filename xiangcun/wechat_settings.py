"""Settings of WeChat and of who may sign in; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from xiangcun.lib.env import env_bool, env_str

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
# Where the one access token is kept; the library knows no tables.
WECHAT_TOKEN_STORE = "reports.domain.wechat_tokens.RowTokenStore"  # noqa: S105 - the name of a class
# ``dev:<name>`` logs a resident in without WeChat; production mode refuses to start with it.
DEV_LOGIN = not WECHAT_APPID
# Any browser may report as the guest that it is; 0 where the township wants WeChat people only.
GUEST_LOGIN = env_bool("GUEST_LOGIN", default=True)

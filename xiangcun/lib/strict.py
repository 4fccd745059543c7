"""What production refuses to start with; all faults are told at once, in plain words."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

MIN_KEY_LENGTH = 50
MIN_KEY_VARIETY = 5


AES_KEY_LENGTH = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatFacts:
    """The settings of WeChat, and of the ways to sign in without it."""

    app_id: str = ""
    secret: str = field(default="", repr=False)
    h5_app_id: str = ""
    h5_secret: str = field(default="", repr=False)
    push_token: str = field(default="", repr=False)
    push_aes_key: str = field(default="", repr=False)
    public_base_url: str = ""
    guest_login: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFacts:
    """The few settings that decide whether a production start is safe."""

    secret_key: str
    ledger_key: str
    allowed_hosts: tuple[str, ...]
    dev_login: bool
    wechat: WechatFacts
    sqlite: bool
    sqlite_allowed: bool


def production_faults(facts: StartFacts) -> list[str]:
    """Return one bilingual sentence per fault; an empty list means that production may start."""
    checks = (
        (
            len(facts.secret_key) < MIN_KEY_LENGTH
            or len(set(facts.secret_key)) < MIN_KEY_VARIETY
            or facts.secret_key.startswith("django-insecure-"),
            "SECRET_KEY: 生产环境必须设置 50 位以上的随机密钥 / set a random key of 50+ characters",
        ),
        (
            len(facts.ledger_key) < MIN_KEY_LENGTH or facts.ledger_key == facts.secret_key,
            (
                "LEDGER_KEY: 生产环境必须另设一个 50 位以上的随机密钥，用于流转记录防篡改，设定后不得更换"
                " / set a second random key of 50+ characters for the ledger and never change it"
            ),
        ),
        (
            not facts.allowed_hosts,
            "ALLOWED_HOSTS: 生产环境必须填写域名 / name the hosts that this site answers to",
        ),
        (
            any(host.startswith("*") for host in facts.allowed_hosts),
            "ALLOWED_HOSTS: 生产环境不允许使用 * / a wildcard is not allowed",
        ),
        (
            facts.dev_login,
            (
                "WECHAT_APPID: 未设置时会开放免密的 dev: 登录，生产环境必须设置"
                " / without it the passwordless dev: login is open"
            ),
        ),
        (
            facts.sqlite and not facts.sqlite_allowed,
            (
                "DATABASE_URL: 生产环境请使用 PostgreSQL；确需 SQLite 时设置 XIANGCUN_ALLOW_SQLITE=1"
                " / use PostgreSQL, or set XIANGCUN_ALLOW_SQLITE=1"
            ),
        ),
    )
    return [message for wrong, message in checks if wrong] + _wechat_faults(facts.wechat)


def _wechat_faults(facts: WechatFacts) -> list[str]:
    checks = (
        (
            not (facts.app_id or facts.h5_app_id or facts.guest_login),
            (
                "WECHAT_APPID: 未接入微信又关闭了访客使用（GUEST_LOGIN=0），居民无法上报"
                " / neither WeChat nor guests: no resident could report"
            ),
        ),
        (
            bool(facts.app_id) and not facts.secret,
            "WECHAT_SECRET: 设置了 WECHAT_APPID 就必须同时设置 / required beside WECHAT_APPID",
        ),
        (
            bool(facts.h5_app_id) and not facts.h5_secret,
            "WECHAT_H5_SECRET: 设置了 WECHAT_H5_APPID 就必须同时设置 / required beside WECHAT_H5_APPID",
        ),
        (
            bool(facts.h5_app_id) and not facts.public_base_url.startswith("https://"),
            (
                "PUBLIC_BASE_URL: 微信网页登录需要网站的 https 地址"
                " / WeChat's web login needs the https address of this site"
            ),
        ),
        (
            bool(facts.push_token) and not facts.app_id,
            "WECHAT_APPID: 消息推送属于小程序，必须设置 / the push belongs to the mini program",
        ),
        (
            bool(facts.push_token) and not _is_aes_key(facts.push_aes_key),
            (
                "WECHAT_PUSH_AES_KEY: 消息推送请选安全模式，并填写 43 位的 EncodingAESKey"
                " / choose the safe mode and set the key of 43 characters"
            ),
        ),
    )
    return [message for wrong, message in checks if wrong]


def _is_aes_key(text: str) -> bool:
    if len(text) != AES_KEY_LENGTH:
        return False
    try:
        return len(base64.b64decode(f"{text}=", validate=True)) == 32
    except binascii.Error:
        return False

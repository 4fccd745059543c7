"""What production refuses to start with; all faults are told at once, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

MIN_KEY_LENGTH = 50
MIN_KEY_VARIETY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFacts:
    """The few settings that decide whether a production start is safe."""

    secret_key: str
    ledger_key: str
    allowed_hosts: tuple[str, ...]
    dev_login: bool
    wechat_secret: str
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
            not facts.dev_login and not facts.wechat_secret,
            "WECHAT_SECRET: 设置了 WECHAT_APPID 就必须同时设置 / required beside WECHAT_APPID",
        ),
        (
            facts.sqlite and not facts.sqlite_allowed,
            (
                "DATABASE_URL: 生产环境请使用 PostgreSQL；确需 SQLite 时设置 XIANGCUN_ALLOW_SQLITE=1"
                " / use PostgreSQL, or set XIANGCUN_ALLOW_SQLITE=1"
            ),
        ),
    )
    return [message for wrong, message in checks if wrong]

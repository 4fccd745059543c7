"""Typed reading of the process environment.

Every reader takes a name and a default, strips blanks, and treats an empty value as unset. A value
that cannot be read raises :class:`ImproperlyConfigured` with one bilingual line that names the
variable, because the person who meets it is an operator and not a programmer. ``NAME_FILE`` names a
file whose content is the value (container secrets); it yields to a plain ``NAME``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


def bad_value(name: str, chinese: str, english: str) -> ImproperlyConfigured:
    """Build the error of a wrong variable; never quotes the value, which may be a secret."""
    return ImproperlyConfigured(f"{name}: {chinese} / {english}")


def env_str(name: str, default: str = "") -> str:
    """Return ``NAME``, or the content of the file that ``NAME_FILE`` names, or the default."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise bad_value(
            f"{name}_FILE",
            "指定的文件无法读取",
            f"the file cannot be read ({type(error).__name__})",
        ) from error


def env_optional_bool(name: str) -> bool | None:
    """Return True, False, or None when the variable is unset."""
    word = env_str(name).lower()
    if not word:
        return None
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise bad_value(name, "只能填 1 或 0", "must be 1 or 0")


def env_bool(name: str, *, default: bool) -> bool:
    """Return the variable as a bool: 1/true/yes/on or 0/false/no/off."""
    value = env_optional_bool(name)
    return default if value is None else value


def env_int(name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
    """Return the variable as an integer within ``low``..``high``, both included."""
    word = env_str(name)
    if not word:
        return default
    try:
        number = int(word)
    except ValueError as error:
        raise bad_value(name, "必须是整数", "must be an integer") from error
    if not low <= number <= high:
        raise bad_value(name, f"必须在 {low} 到 {high} 之间", f"must be within {low}..{high}")
    return number


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """Return the variable as one of ``choices``, the first by default."""
    word = env_str(name, choices[0])
    if word not in choices:
        known = "、".join(choices)
        raise bad_value(name, f"只能是 {known}", f"must be one of {', '.join(choices)}")
    return word


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the comma-separated parts, stripped, empty ones dropped."""
    word = env_str(name)
    if not word:
        return list(default)
    return [part.strip() for part in word.split(",") if part.strip()]


def env_json(name: str, default: dict[str, Any]) -> dict[str, Any]:
    """Return the variable as a JSON object, or the default."""
    word = env_str(name)
    if not word:
        return default
    try:
        value = json.loads(word)
    except (ValueError, RecursionError) as error:
        raise bad_value(name, "不是有效的 JSON", "is not valid JSON") from error
    if not isinstance(value, dict):
        raise bad_value(name, "必须是 JSON 对象", "must be a JSON object")
    return value


def env_url(name: str, *, schemes: tuple[str, ...], default: str = "") -> SplitResult | None:
    """Return the split URL, or None when neither the variable nor a default is set.

    Raises when the scheme is not one of ``schemes``, or the port is no port.
    """
    word = env_str(name, default)
    if not word:
        return None
    wanted = "、".join(schemes)
    try:
        url = urlsplit(word)
        _ = url.port
    except ValueError as error:
        raise bad_value(name, "网址格式不正确", "is not a valid URL") from error
    if url.scheme not in schemes:
        raise bad_value(name, f"网址必须以 {wanted} 开头", f"scheme must be one of {wanted}")
    return url


def env_clock_span(name: str, default: str) -> tuple[time, time] | None:
    """Return ``21:00-07:30`` as two wall-clock times; None for ``off``. May run across midnight."""
    word = env_str(name, default)
    if word.lower() in FALSE_WORDS:
        return None
    try:
        start, end = (time.fromisoformat(part.strip()) for part in word.split("-"))
    except ValueError as error:
        raise bad_value(
            name, "格式如 21:00-07:30，或填 off", "write 21:00-07:30, or off"
        ) from error
    if start.tzinfo or end.tzinfo or start == end:
        raise bad_value(name, "两个时间不能相同", "the two times must differ")
    return start, end


_WINDOW = r"\d{1,9}/(sec|min|hour|day)"
_RATE = rf"{_WINDOW}(\+{_WINDOW})*"


def env_rates(name: str, defaults: Mapping[str, str], *, scale: int) -> dict[str, str]:
    """Return throttle rates by scope: ``defaults`` times ``scale``, some replaced by the variable.

    The variable reads ``reports=60/min+500/day,photos=90/min`` and is taken as it is, without
    ``scale``.
    An unknown scope raises: a limit that silently holds nowhere is worse than no start.
    """
    rates = {}
    for scope, rate in defaults.items():
        windows = (window.split("/") for window in rate.split("+"))
        rates[scope] = "+".join(f"{int(count) * scale}/{period}" for count, period in windows)
    for pair in env_list(name):
        scope, _, rate = (part.strip() for part in pair.partition("="))
        if scope not in rates or not re.fullmatch(_RATE, rate):
            known = ", ".join(rates)
            raise bad_value(name, f"格式如 me=60/min 或 reports=30/min+300/day，可用的名称：{known}",
                            f"write scope=60/min or scope=30/min+300/day; scopes: {known}")  # fmt: skip
        rates[scope] = rate
    return rates

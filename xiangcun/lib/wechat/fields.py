"""What a field of a subscribe message may hold, by the type its name begins with, and cut to fit.

Source: the platform's table 订阅消息参数值内容限制. A field that breaks its rule makes WeChat refuse the
whole message (47003), so a value is made to fit here: a message cut short is better than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from xiangcun.lib.text import clean_text, strip_links

Value = str | int | float | date
_ZONE = ZoneInfo("Asia/Shanghai")
_TYPE = re.compile(r"([a-z_]+?)_?\d*")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_PRINTABLE_ASCII = re.compile(r"[^!-~ ]+")
_NOT_NUMBER = re.compile(r"[^0-9.]+")
_NOT_LETTER = re.compile(r"[^A-Za-z]+")
_NOT_PHONE = re.compile(r"[^0-9+()#*, -]+")
_LOOSE_ENDS = "\u200d\ufe0f"
NOTHING = "无"
MARK = "…"


def fit_field(name: str, value: Value) -> str:
    """Return the value as the field of this name takes it; never empty, never too long.

    ``thing1`` takes 20 characters, ``phrase2`` 5 Chinese ones, ``time3`` a moment, and so on. A type
    we do not know is treated as a thing.
    """
    match = _TYPE.fullmatch(name)
    fit = _FITS.get(match[1] if match else "", _thing)
    return fit(value)


def shorten(text: str, limit: int, mark: str = MARK) -> str:
    """Cut to ``limit`` UTF-16 units, as WeChat counts, with a mark; no character is cut in two."""
    if _units(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - _units(mark)
    for char in text:
        room -= _units(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip(_LOOSE_ENDS + " ") + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _line(value: Value) -> str:
    """Return one line without what nobody can see and without web addresses."""
    return strip_links(clean_text(str(value)).replace("\n", " "))


def _thing(value: Value) -> str:
    return shorten(_line(value), 20) or NOTHING


def _phrase(value: Value) -> str:
    return _NOT_HAN.sub("", _line(value))[:5] or NOTHING


def _name(value: Value) -> str:
    text = _line(value)
    return shorten(text, 10 if _HAN.search(text) else 20, "") or NOTHING


def _only(unwanted: re.Pattern[str], limit: int, otherwise: str) -> Callable[[Value], str]:
    return lambda value: unwanted.sub("", str(value)).strip()[:limit].strip() or otherwise


def _time(value: Value) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(_ZONE)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return _date(value)


def _date(value: Value) -> str:
    if isinstance(value, datetime):
        return _time(value).partition(" ")[0]
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return _line(value)


_FITS: dict[str, Callable[[Value], str]] = {
    "thing": _thing,
    "phrase": _phrase,
    "name": _name,
    "character_string": _only(_NOT_PRINTABLE_ASCII, 32, "-"),
    "number": _only(_NOT_NUMBER, 32, "0"),
    "letter": _only(_NOT_LETTER, 32, "N"),
    "symbol": _only(re.compile(r"[\w\s]+"), 5, "-"),
    "amount": lambda value: shorten(_line(value), 12, "") or "0",
    "phone_number": _only(_NOT_PHONE, 17, "-"),
    "car_number": lambda value: shorten(_line(value).replace(" ", ""), 8, "") or NOTHING,
    "time": _time,
    "date": _date,
    "enum": _line,
    "const": _line,
}

"""Opening hours as people write them: 「周一至周五 8:30-12:00，13:30-17:30；周六 9:00-12:00」, and back.

What :func:`week_text` writes :func:`parse_week` reads as the same; ``ValueError`` messages are Chinese
and fit for the form or the line of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from xiangcun.lib.hours import DAY_MINUTES, WEEK, OddDays, Span, Week, check_spans

LONGEST = 400
MOST_EXCEPTIONS = 20
NOTE_MAX = 60
_NAMES = "一二三四五六日"
_DAYS = {name: index for index, name in enumerate(_NAMES)} | {"天": 6, "七": 6}
_RANGE = re.compile(
    r"(?:周|星期|礼拜)?([一二三四五六日天七])(?:[至到~-](?:周|星期|礼拜)?([一二三四五六日天七]))?"
)
_GROUP = re.compile(r"((?:周|星期|礼拜|每天|每日|全周|全天|工作日|双休日|周末)[^\d休闭]*)(.*)")
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})[-~至到–—](次日|第二天)?(\d{1,2})[:：](\d{2})")
_CLOSED = frozenset({"休息", "休", "闭馆", "关闭", "不开放", "停业"})
_ALWAYS = frozenset({"全天", "24小时", "24 小时", "全天24小时", "全天开放"})
_WHOLE = {
    "每天": range(7),
    "每日": range(7),
    "全周": range(7),
    "工作日": range(5),
    "双休日": (5, 6),
    "周末": (5, 6),
}
_EXCEPTION = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:\s*[至到~]\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?)?\s*(.*)"
)
_AROUND_MARKS = re.compile(r"\s*([-~–—:：]|至|到|次日|第二天)\s*")
_EXAMPLE = "应如“周一至周五 8:30-12:00，13:30-17:30；周六 9:00-12:00”"


def parse_week(text: str) -> Week:
    """Read a week; nothing written means nothing known (the empty tuple)."""
    text = text.strip()
    if not text:
        return ()
    if len(text) > LONGEST:
        raise ValueError(f"营业时间超过 {LONGEST} 字")
    if text in _ALWAYS:
        text = "每天 0:00-24:00"
    week: dict[int, tuple[Span, ...]] = {}
    for group in filter(str.strip, re.split(r"[；;\n]+", text)):
        days, spans = _group(group.strip())
        twice = next((day for day in days if day in week or days.count(day) > 1), None)
        if twice is not None:
            raise ValueError(f"周{_NAMES[twice]}写了两次")
        week |= dict.fromkeys(days, spans)
    if not any(week.values()):
        raise ValueError("没有一天是开门的；不清楚就不要填")
    return tuple(week.get(day, ()) for day in range(WEEK))


def week_text(week: Week) -> str:
    """Write a week, days with the same hours together; closed days are not named."""
    if week and all(spans == (Span(0, DAY_MINUTES),) for spans in week):
        return "每天 0:00-24:00"
    lines: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in enumerate(week):
        if spans:
            lines.setdefault(spans, []).append(day)
    return "；".join(f"{_days_text(days)} {spans_text(spans)}" for spans, days in lines.items())


def spans_text(spans: Sequence[Span]) -> str:
    """Write a day's spans, 休息 for none."""
    return "，".join(f"{_clock(span.start)}-{_end(span.end)}" for span in spans) or "休息"


def parse_exceptions(text: str) -> tuple[OddDays, ...]:
    """Read one exception a line: 「2026-12-01至2026-12-05 休息 内部装修」."""
    lines = [line.strip() for line in re.split(r"[\n；;]+", text) if line.strip()]
    if len(lines) > MOST_EXCEPTIONS:
        raise ValueError(f"特殊日期最多 {MOST_EXCEPTIONS} 条")
    return tuple(_exception(line) for line in lines)


def exceptions_text(rows: Iterable[OddDays]) -> str:
    """Write exceptions, one a line."""
    return "\n".join(
        " ".join(
            filter(
                None,
                (
                    f"{row.first}至{row.last}" if row.last != row.first else str(row.first),
                    spans_text(row.spans),
                    row.note,
                ),
            )
        )
        for row in rows
    )


def _group(text: str) -> tuple[list[int], tuple[Span, ...]]:
    found = _GROUP.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text[:20]}”看不懂，{_EXAMPLE}")
    return _days(found[1].strip(" ：:,，、")), _spans(found[2])


def _days(text: str) -> list[int]:
    if text in _WHOLE:
        return list(_WHOLE[text])
    days: list[int] = []
    for part in re.split(r"[、，,和及\s]+", text):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part[:20]}”不是星期几，{_EXAMPLE}")
        first = _DAYS[found[1]]
        last = _DAYS[found[2]] if found[2] else first
        if last < first:
            raise ValueError(f"“{part}”的顺序反了")
        days.extend(range(first, last + 1))
    return days


def _spans(text: str) -> tuple[Span, ...]:
    text = _AROUND_MARKS.sub(r"\1", text.strip())
    if text in _CLOSED:
        return ()
    spans = []
    for part in re.split(r"[、，,和及\s]+", text):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part[:20] or text[:20]}”不是时间段，{_EXAMPLE}")
        start, end = _minute(found[1], found[2]), _minute(found[4], found[5])
        if found[3] or end <= start:
            end += DAY_MINUTES
        spans.append(Span(start, end))
    check_spans(spans)
    return tuple(spans)


def _minute(hour: str, minute: str) -> int:
    at = int(hour) * 60 + int(minute)
    if int(minute) > 59 or at > DAY_MINUTES:
        raise ValueError(f"没有 {hour}:{minute} 这个时间")
    return at


def _exception(line: str) -> OddDays:
    found = _EXCEPTION.fullmatch(line)
    if found is None:
        raise ValueError(f"“{line[:20]}”看不懂，应如“2026-12-01至2026-12-05 休息 内部装修”")
    first = _date(found.groups()[:3])
    last = _date(found.groups()[3:6]) if found[4] else first
    if last < first:
        raise ValueError(f"“{line[:20]}”的结束日期早于开始日期")
    hours, _blank, note = found[7].strip().partition(" ")
    if len(note) > NOTE_MAX:
        raise ValueError(f"特殊日期的说明超过 {NOTE_MAX} 字")
    return OddDays(first, last, _spans(hours), note.strip())


def _date(parts: Sequence[str]) -> date:
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise ValueError(f"没有 {'-'.join(parts)} 这一天") from None


def _days_text(days: Sequence[int]) -> str:
    if len(days) == WEEK:
        return "每天"
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(_run_text(run) for run in runs)


def _run_text(run: Sequence[int]) -> str:
    first, last = f"周{_NAMES[run[0]]}", f"周{_NAMES[run[-1]]}"
    if len(run) == 1:
        return first
    return f"{first}、{last}" if len(run) == 2 else f"{first}至{last}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _end(minute: int) -> str:
    return _clock(minute) if minute <= DAY_MINUTES else f"次日{_clock(minute - DAY_MINUTES)}"

"""What a brief says, as a list of parts: drawn as a Word document, as a PDF and as a page of the console.

A pure function of one version. The form is that of office papers (GB/T 9704): red head, number, issuer
and day; five numbered sections; who gets it, and who signed, at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dispatch.domain.brief_names import span_text
from dispatch.domain.briefs import is_case
from dispatch.enums import BriefKind
from dispatch.models import BriefVersion
from dispatch.summary.briefs.facts import FEW
from dispatch.summary.briefs.tables import SMALL_MARK
from xiangcun.lib.workdays import SHANGHAI

PRINTED_TABLES = ("category", "department", "village", "dimension")
_CODE_SHOWN = 16
_RECENT = r"近 \d+ 天|截至取数"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; a ``note`` is small and stands below something."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its head is repeated on every page; the first column is text, the others figures."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart by its data (``names``, ``series``, ``kind``, ``title``)."""

    chart: Mapping[str, Any]


Part = Heading | Para | Grid | Picture


@dataclass(frozen=True, slots=True)
class Document:
    """Everything on the paper; ``foot`` are lines of label and text."""

    heading: str
    number: str
    issuer: str
    day: str
    draft: str
    parts: tuple[Part, ...]
    foot: tuple[tuple[str, str], ...]
    code: str
    title: str


def build_document(version: BriefVersion) -> Document:
    """Put the paper together."""
    data = version.snapshot.content
    made = version.made_at.astimezone(SHANGHAI).date()
    day = version.signed_on or made
    number = _("%(year)d 年第 %(serial)d 期") % {"year": data["year"], "serial": data["serial"]}
    heading = str(data["heading"])
    return Document(
        heading=heading,
        number=number,
        issuer=str(data["issuer"]),
        day=_day_text(day),
        draft="" if version.signature else _("（草稿，未经签发）"),
        parts=tuple(_parts(version, data)),
        foot=tuple(_foot(version, data, _day_text(day))),
        code=_("数据校验码 %(code)s　第 %(number)d 版　取数 %(taken)s") % {
            "code": version.snapshot.sha256[:_CODE_SHOWN],
            "number": version.number,
            "taken": f"{version.snapshot.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        },
        title=f"{heading} {number}",
    )  # fmt: skip


def file_name(version: BriefVersion) -> str:
    """Return the name of a file without its ending."""
    data = version.snapshot.content
    draft = "" if version.signature else _("-草稿v%d") % version.number
    return f"{data['heading']}{data['year']}年第{data['serial']}期{draft}"


def _parts(version: BriefVersion, data: Mapping[str, Any]) -> Iterator[Part]:
    blocks = version.blocks
    charts = {chart["code"]: Picture(chart) for chart in data["charts"]}
    yield Heading(_("一、基本情况"))
    yield from _paras(blocks.get("overview", ""))
    yield facts_grid(data)
    if any(text.endswith(SMALL_MARK) for row in facts_grid(data).rows for text in row):
        yield Para(_("%s 基数不足 10 件，仅供参考。") % SMALL_MARK, note=True)
    yield from _charts(charts, "days")
    yield Heading(_("二、分类情况"))
    yield from _paras(blocks.get("categories", ""))
    yield from _charts(charts, "categories", "departments")
    yield from _tables(data)
    yield Heading(_("三、突出问题"))
    yield from _paras(blocks.get("problems", "") or _("本期没有需要单列的突出问题。"))
    if re.search(_RECENT, blocks.get("problems", "")):
        yield Para(_("（本节“近几天”“已过期限”等均截至取数之时。）"), note=True)
    yield Heading(_("四、典型案例"))
    cases = [blocks[key] for key in sorted(blocks) if is_case(key) and blocks[key]]
    yield from _paras("\n".join(cases) or _("本期没有选登案例。"))
    yield Heading(_("五、工作建议"))
    yield from _paras(blocks.get("advice", "") or _("无。"))
    if blocks.get("advice") and "advice" not in version.edited:
        yield Para(_("（本节由系统根据数据草拟，供参考。）"), note=True)


def facts_grid(data: Mapping[str, Any]) -> Grid:
    """Return the key figures as a table; months have a column for the year before."""
    before, year = data["compares"]
    head = [_("指标"), _("本期"), _("基数")]
    head += [_("环比（比%s）") % data["before_word"]] if before else []
    head += [_("同比")] if year else []
    rows = []
    for fact in data["facts"]:
        mark = SMALL_MARK if fact["small"] else ""
        row = [fact["name"], f"{fact['text']}{mark}", fact["base"] or "—"]
        row += [_marked(fact["before"])] if before else []
        row += [_marked(fact["year"])] if year else []
        rows.append(tuple(row))
    return Grid(_("主要指标"), tuple(head), tuple(rows))


def _marked(change: str) -> str:
    """Return the text of a cell: there is room for a mark only."""
    return change.replace(FEW, SMALL_MARK) or "—"


def table_grid(table: Mapping[str, Any], *, whole: bool = False) -> Grid:
    """Return a counted table; unless ``whole``, the largest rows and one for the rest."""
    rows = list(table["rows"] if whole else table["rows"][: table["cut"]])
    if not whole and table["rest"]:
        rows.append(table["rest"])
    if table["total"]:
        rows.append(table["total"])
    head = (table["row_title"], *(column["name"] for column in table["columns"]))
    return Grid(table["title"], head, tuple((row["name"], *_texts(row)) for row in rows))


def _tables(data: Mapping[str, Any]) -> Iterator[Part]:
    for table in data["tables"]:
        if table["code"] not in PRINTED_TABLES or not table["rows"]:
            continue
        grid = table_grid(table)
        yield grid
        notes = [table["note"]] if table["note"] else []
        if any(text.endswith(SMALL_MARK) for row in grid.rows for text in row[1:]):
            notes.append(_("%s 基数不足 10 件，仅供参考。") % SMALL_MARK)
        if notes:
            yield Para("".join(notes), note=True)


def _texts(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(cell["text"] or "—" for cell in row["cells"])


def _paras(text: str) -> Iterator[Part]:
    return (Para(line.strip()) for line in text.splitlines() if line.strip())


def _charts(charts: Mapping[str, Picture], *codes: str) -> Iterator[Part]:
    return (charts[code] for code in codes if code in charts)


def _foot(version: BriefVersion, data: Mapping[str, Any], day: str) -> Sequence[tuple[str, str]]:
    rows = [
        (_("报送"), version.blocks.get("reports_to", "")),
        (_("抄送"), version.blocks.get("copies_to", "")),
        (_("签发人"), version.signature or _("（未签发）")),
        (_("编发"), _("%(issuer)s　%(day)s印发") % {"issuer": data["issuer"], "day": day}),
    ]
    return [row for row in rows if row[1]]


def period_text(data: Mapping[str, Any]) -> str:
    """Return the days of an issue in words, for a line below the title."""
    first, last = date.fromisoformat(data["first"]), date.fromisoformat(data["last"])
    return f"{BriefKind(data['kind']).label}　{first.year}年{span_text(first, last)}"


def _day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

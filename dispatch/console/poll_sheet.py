"""The result of a poll as a workbook: what was asked, and how many chose what."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook

from dispatch.console.voice_rows import choices_text
from dispatch.console.wording import moment_text
from dispatch.summary.ratios import Kind
from dispatch.summary.sheets import append_header, new_sheet, number_cell, text_cell
from reports.domain.polls import result_digest
from reports.models import Poll
from reports.queries.voices import PollResult

_PERCENT = 100


def write_poll_sheet(poll: Poll, result: PollResult, target: IO[bytes], *, now: datetime) -> None:
    """Write the result to ``target``; shares are of the voters."""
    book = Workbook(write_only=True)
    sheet = new_sheet(book, _("结果"), [60, 12, 16])
    append_header(sheet, [_("选项"), _("票数"), _("占投票人数")])
    for option in result.options:
        sheet.append(
            [
                text_cell(sheet, option.text),
                number_cell(sheet, Kind.COUNT, option.votes),
                number_cell(sheet, Kind.PERCENT, option.share / _PERCENT),
            ]
        )
    about = new_sheet(book, _("说明"), [20, 80])
    for name, value in _facts(poll, result, now=now):
        about.append([text_cell(about, name), text_cell(about, value)])
    book.save(target)


def _facts(poll: Poll, result: PollResult, *, now: datetime) -> list[tuple[str, str]]:
    facts = [
        (_("问题"), poll.question),
        (_("说明"), poll.text),
        (_("方式"), choices_text(poll)),
        (_("开始"), moment_text(poll.opens_at)),
        (_("截止"), moment_text(poll.closes_at)),
        (_("延期说明"), poll.extension_note),
        (_("投票人数"), str(result.voters)),
        (_("重复投票"), _("%d（事后发现属于同一人，投票不记名，无法剔除）") % result.doubled),
        (_("结果固定于"), moment_text(poll.frozen_at)),
        (_("结果校验码"), result_digest(poll.result) if poll.result else ""),
        (_("导出时间"), moment_text(now)),
    ]
    return [(name, value) for name, value in facts if value]

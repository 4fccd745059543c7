"""Briefs in plain Chinese: rows of the list, the editor's blocks, versions, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.console.wording import moment_text
from dispatch.domain.brief_names import span_text
from dispatch.domain.briefs import block_limit, is_case
from dispatch.enums import BriefFileState, BriefFormat, BriefStatus, BriefStep
from dispatch.models import Brief, BriefFile, BriefVersion
from dispatch.summary.briefs.anonymise import suspicions
from dispatch.summary.briefs.difference import block_name, block_place

_TONES = {
    BriefStatus.DRAFT: "warning",
    BriefStatus.SUBMITTED: "info",
    BriefStatus.PUBLISHED: "success",
    BriefStatus.SENT: "success",
    BriefStatus.WITHDRAWN: "danger",
}
_ROWS = {"overview": 7, "problems": 8, "advice": 6, "categories": 5, "case": 5}


def brief_row(brief: Brief) -> dict[str, Any]:
    """Return one line of the list."""
    return {
        "url": reverse("brief", args=(brief.pk,)),
        "kind": brief.get_kind_display(),
        "name": str(brief),
        "days": f"{brief.first.year}年{span_text(brief.first, brief.last)}",
        **status_badge(brief),
        "version": brief.version,
        "editor": str(brief.editor) if brief.editor else _("系统"),
        "signer": str(brief.signer) if brief.signer and brief.signed_at else "",
        "signed": moment_text(brief.signed_at),
        "sent": moment_text(brief.sent_at) if brief.status == BriefStatus.SENT else "",
    }


def status_badge(brief: Brief) -> dict[str, str]:
    """Return the state and its colour."""
    status = BriefStatus(brief.status)
    return {"status": str(status.label), "tone": _TONES[status]}


def editor_blocks(
    version: BriefVersion,
    *,
    typed: Mapping[str, str] | None = None,
    ticked: Sequence[str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Return the boxes of the editor's page; ``typed`` is what somebody wrote and could not save."""
    data = version.snapshot.content
    cases = {case["key"]: case for case in data["cases"]}
    rows = []
    for key in sorted(version.blocks, key=block_place):
        text = (typed or {}).get(key, version.blocks[key])
        own = key in version.edited
        rows.append(
            {
                "key": key,
                "name": block_name(key),
                "text": text,
                "limit": block_limit(key),
                "rows": _ROWS.get("case" if is_case(key) else key, 2),
                "auto": not own,
                "error": (errors or {}).get(key, ""),
                **(
                    _case(key, text, cases.get(key), version, ticked, own=own)
                    if is_case(key)
                    else {}
                ),
            }
        )
    return rows


def unsaved_rows(version: BriefVersion, typed: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what somebody wrote while the issue was taken from under their hands, for copying."""
    return [
        {"name": block_name(key), "text": text}
        for key, text in typed.items()
        if key in version.blocks and text.replace("\r\n", "\n") != version.blocks[key]
    ]


def version_row(version: BriefVersion, *, first: bool) -> dict[str, Any]:
    """Return one line of the versions' list."""
    args = (version.brief_id, version.number)
    return {
        "number": version.number,
        "step": BriefStep(version.step).label,
        "who": str(version.maker) if version.maker else _("系统"),
        "at": moment_text(version.made_at),
        "why": version.why,
        "code": version.snapshot.sha256[:16],
        "taken": moment_text(version.snapshot.taken_at),
        "url": reverse("brief-version", args=args),
        "changes": "" if first else reverse("brief-changes", args=args),
    }


def file_rows(files: Sequence[BriefFile]) -> list[dict[str, Any]]:
    """Return the files of a version as links or as how far they are."""
    return [
        {
            "name": BriefFormat(file.format).label,
            "state": BriefFileState(file.state).label,
            "message": file.message,
            "size": _("%d KB") % max(1, file.size // 1024),
            "url": reverse("brief-file", args=(file.pk,))
            if file.state == BriefFileState.DONE
            else "",
            "waits": file.state in {BriefFileState.WAITING, BriefFileState.DRAWING},
            "failed": file.state == BriefFileState.FAILED,
        }
        for file in files
    ]


def _case(
    key: str,
    text: str,
    case: Mapping[str, Any] | None,
    version: BriefVersion,
    ticked: Sequence[str] | None,
    *,
    own: bool,
) -> dict[str, Any]:
    tick = version.ticks.get(key)
    source = case if case and not own else None
    return {
        "is_case": True,
        "ticked": key in ticked if ticked is not None else tick is not None,
        "tick": _("%s 已确认") % tick["name"] if tick else "",
        "doubts": suspicions(text),
        "source": source["number"] if source else "",
        "source_url": reverse("admin:dispatch_ticket_change", args=(source["ticket_id"],))
        if source
        else "",
    }

"""What the privacy calls answer: plain dictionaries, built without a query."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from reports.api.answers import Answer, choice, guardian_word, moment
from reports.enums import AccessKind, AccessReason, CheckState, GuardianState
from reports.models import (
    AccessRecord,
    Consent,
    ContentCheck,
    GuardianRequest,
    Photo,
    Resident,
)
from reports.queries.consents import ConsentState
from reports.queries.notices import Notice
from xiangcun.lib.sms import can_ask_guardians

GUARDIAN_PATH = "/h5/guardian?code="


def consents_answer(states: Iterable[ConsentState], notice: Notice) -> Answer:
    """Show where every consent stands; ``needs_answer`` asks for the sheet of the first visit."""
    items = [
        {
            "kind": str(row.kind),
            "title": notice.titles[str(row.kind)],
            "state": row.state,
            "version": row.version,
            "at": moment(row.at),
            "needs_answer": row.needs_answer,
        }
        for row in states
    ]
    sheet = any(row["needs_answer"] for row in items if row["kind"] == "privacy")
    return {"version": notice.version, "needs_answer": sheet, "items": items}


def consent_line(line: Consent) -> Answer:
    """Show a line of the consent log."""
    return {
        "kind": line.kind,
        "title": line.get_kind_display(),
        "granted": line.granted,
        "how": line.how,
        "version": line.version,
        "at": moment(line.at),
        "channel": line.channel or None,
    }


def access_line(record: AccessRecord) -> Answer:
    """Show that somebody looked: kind of seat and unit, no name."""
    return {
        "at": moment(record.at),
        "what": choice(AccessKind, record.what),
        "who": record.who,
        "department": record.department_name or None,
        "reason": choice(AccessReason, record.reason),
        "report": record.report.number,
    }


def check_line(check: ContentCheck) -> Answer:
    """Show what the platform said about a report's words or one of its photos."""
    return {
        "at": moment(check.settled_at or check.created_at),
        "report": check.report.number,
        "photo": str(check.photo_id) if check.photo_id else None,
        "result": choice(CheckState, check.state),
    }


def own_photo(photo: Photo, *, file: str | None) -> Answer:
    """Show what is kept of a photo beside the picture."""
    return {
        "id": str(photo.pk),
        "file": file,
        "uploaded_at": moment(photo.created_at),
        "taken_at": moment(photo.taken_at),
        "taken_lat": photo.exif_lat,
        "taken_lng": photo.exif_lng,
        "width": photo.width,
        "height": photo.height,
    }


def guardian_answer(resident: Resident, request: GuardianRequest | None) -> Answer:
    """Show a child how far the guardian's yes is."""
    waiting = request if request is not None and request.state == GuardianState.WAITING else None
    state = guardian_word(resident)
    return {
        "state": "waiting" if waiting and state == "needed" else state,
        "code": _spaced(waiting.code) if waiting else None,
        "path": GUARDIAN_PATH + waiting.code if waiting else None,
        "expires_at": moment(waiting.expires_at) if waiting else None,
        "ways": [
            {
                "code": "account",
                "label": _("监护人用自己的微信确认"),
                "text": _(
                    "请父母或其他监护人用自己的手机打开本服务，输入确认编号，看过说明后点“同意”。"
                ),
            },
            *([_by_sms()] if can_ask_guardians() else []),
            {
                "code": "paper",
                "label": _("到街道办事窗口登记"),
                "text": _(
                    "监护人带身份证件和确认编号到窗口，填一张同意书。我们不复印、不保存证件。"
                ),
            },
        ],
    }


def _by_sms() -> Answer:
    return {
        "code": "sms",
        "label": _("监护人收短信确认"),
        "text": _("把验证码发到监护人的手机，监护人看过短信、同意了，把验证码告诉孩子填上。"),
    }


def asked_of_guardian(request: GuardianRequest, notice: Notice) -> Answer:
    """Show the guardian what is agreed to; of the child nothing."""
    [chapter] = [part for part in notice.body["sections"] if part["title"] == "孩子的信息"]
    return {
        "state": request.state,
        "texts": [
            *chapter["paragraphs"],
            _("同意后：孩子可以留称呼和电话，在手机上查看自己反映的事情办得怎样。"),
        ],
        "expires_at": moment(request.expires_at),
    }


def erasure_answer(still_open: int) -> Answer:
    """Say plainly what an erasure deletes and what stays."""
    deleted = [
        _("您的登录信息、称呼和电话"),
        _("上报里留的电话，照片的原件和拍摄信息"),
        _("站内消息、通知记录、手机验证记录"),
        _("您写的内容里的电话号码、证件号和您的称呼"),
    ]
    kept = [
        _("事情的内容、地点、照片和办理过程，作为办理档案，不再和您有关联"),
        _("不含身份的同意和注销记录，用来证明我们照办了"),
        _("如果正被限制上报，账号的一个不可还原的摘要，到限制结束为止"),
    ]
    lines = [
        _("注销后马上生效，不能恢复。"),
        _("您再也看不到以前的上报，也收不到进展和答复。"),
        _("以后还可以上报，那时是一个新账号。"),
    ]
    if still_open:
        lines.insert(1, _("您有 %d 件事还没办结：会继续办，但没有人能再联系您。") % still_open)
    return {"lines": lines, "open_reports": still_open, "deleted": deleted, "kept": kept}


def _spaced(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"

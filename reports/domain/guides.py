"""Writing guides: kept, shown, taken down, confirmed; and what residents found wrong, counted."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.domain.guide_fields import GuideWords
from reports.enums import GuideFaultKind, Offer
from reports.models import Dimension, Guide, GuideFault
from reports.queries.guides import public_guides
from xiangcun.lib.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from xiangcun.lib.finding import initials_of, search_text

logger = logging.getLogger(__name__)

_CODE_INITIALS = 12


def check_words(words: GuideWords) -> None:
    """Raise 400 with every wrong field."""
    if words.faults:
        errors = tuple(FieldError(name, "invalid", text) for name, text in words.faults.items())
        raise InvalidInputError("guide_invalid", _("有填写不对的地方"), errors=errors)


def create_guide(words: GuideWords, *, now: datetime) -> Guide:
    """Store a draft; without a code of its own it gets one from its initials."""
    check_words(words)
    code = words.code or _new_code(words.columns["title"])
    try:
        with transaction.atomic():
            guide = Guide.objects.create(
                code=code,
                **words.columns,
                search=search_of(words.columns),
                confirmed_at=now,
                updated_at=now,
            )
            tag_guides([guide], {code: words.dimensions})
    except IntegrityError as error:
        message = _("编号“%s”已经有了，请换一个") % code
        raise InvalidInputError.of_field("code", "guide_code_taken", message) from error
    logger.debug("guide_created", extra={"guide": guide.pk})
    return guide


def change_guide(guide_id: int, words: GuideWords, *, version: int, now: datetime) -> Guide:
    """Store an edit: who edits says that it is so, which confirms it.

    ``version`` is the one the editor saw; with another one somebody was faster (409). The code stays.
    """
    check_words(words)
    with transaction.atomic():
        rows = Guide.objects.filter(pk=guide_id, version=version)
        changed = rows.update(
            **words.columns,
            search=search_of(words.columns),
            version=F("version") + 1,
            confirmed_at=now,
            updated_at=now,
        )
        guide = find_guide(guide_id)
        if not changed:
            raise ConflictError("guide_changed", _("刚才有人修改过这一条，请重新打开后再改"))
        tag_guides([guide], {guide.code: words.dimensions})
        settle_faults(guide.pk, now=now)
    return guide


def publish_guide(guide_id: int, *, now: datetime) -> Guide:
    """Show a draft or a withdrawn guide to residents."""
    hidden = Guide.objects.filter(pk=guide_id).exclude(state=Offer.PUBLISHED)
    if not hidden.update(state=Offer.PUBLISHED, published_at=now, updated_at=now):
        find_guide(guide_id)
        raise ConflictError("guide_published_already", _("这一条已经发布了"))
    return find_guide(guide_id)


def withdraw_guide(guide_id: int, *, now: datetime) -> Guide:
    """Take a guide from the residents' pages; the row stays."""
    shown = Guide.objects.filter(pk=guide_id, state=Offer.PUBLISHED)
    if not shown.update(state=Offer.WITHDRAWN, updated_at=now):
        find_guide(guide_id)
        raise ConflictError("guide_not_published", _("这一条没有发布，不用下架"))
    return find_guide(guide_id)


def confirm_guide(guide_id: int, *, now: datetime) -> Guide:
    """Note that somebody checked all of it; what residents said is settled with it."""
    with transaction.atomic():
        if not Guide.objects.filter(pk=guide_id).update(confirmed_at=now):
            raise _missing()
        settle_faults(guide_id, now=now)
    return find_guide(guide_id)


def find_guide(guide_id: int) -> Guide:
    """Return the row; 404 without one."""
    guide = Guide.objects.filter(pk=guide_id).first()
    if guide is None:
        raise _missing()
    return guide


def note_fault(guide_id: int, *, kind: GuideFaultKind, now: datetime) -> GuideFault:
    """Count that somebody found ``kind`` wrong in a guide that residents see.

    Two at once meet at the unique key: the second counts the first one's row up.
    """
    if not public_guides(now=now).filter(pk=guide_id).exists():
        raise _missing()
    opened = GuideFault.objects.filter(guide_id=guide_id, kind=kind, settled_at=None)
    if not opened.update(count=F("count") + 1, last_at=now):
        try:
            with transaction.atomic():
                GuideFault.objects.create(guide_id=guide_id, kind=kind, first_at=now, last_at=now)
        except IntegrityError:
            opened.update(count=F("count") + 1, last_at=now)
    logger.info("guide_fault_noted", extra={"guide": guide_id, "kind": str(kind)})
    return opened.get()


def settle_faults(guide_id: int, *, now: datetime) -> int:
    """Close what residents said about a guide; return how many kinds that were."""
    return GuideFault.objects.filter(guide_id=guide_id, settled_at=None).update(settled_at=now)


def search_of(columns: Mapping[str, object]) -> str:
    """Return the search column for the other columns of a row."""
    documents = columns.get("documents") or ()
    rest = [str(columns.get(name) or "") for name in ("summary", "address", "department_name")]
    return search_text(
        title=str(columns["title"]),
        synonyms=str(columns.get("synonyms") or ""),
        rest=[*rest, *(str(row) for row in documents)],  # type: ignore[attr-defined]
    )


def tag_guides(guides: Iterable[Guide], wanted: Mapping[str, Sequence[str]]) -> None:
    """Make ``wanted`` (code → dimension codes) all the dimensions of these guides."""
    keys = dict(Dimension.objects.values_list("code", "pk"))
    through = Guide.dimensions.through
    rows = list(guides)
    through._default_manager.filter(guide_id__in=[row.pk for row in rows]).delete()  # noqa: SLF001 - the documented name of it
    through._default_manager.bulk_create(  # noqa: SLF001 - the documented name of it
        through(guide_id=row.pk, dimension_id=keys[code])
        for row in rows
        for code in wanted[row.code]
        if code in keys
    )


def _new_code(title: str) -> str:
    initials = initials_of(title)[:_CODE_INITIALS] or "guide"
    return f"{initials}-{secrets.token_hex(3)}"


def _missing() -> NotFoundError:
    return NotFoundError("guide_not_found", _("没有这条便民服务，可能已经下架"))

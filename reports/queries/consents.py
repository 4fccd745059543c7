"""What a resident agreed to, refused or was never asked, and what was done with their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from reports.enums import ConsentHow, ConsentKind
from reports.models import AccessRecord, Consent, Resident
from reports.queries.notices import Notice, current_notice

ASKED_KINDS = (
    ConsentKind.PRIVACY,
    ConsentKind.LOCATION,
    ConsentKind.PHOTO,
    ConsentKind.PHONE,
    ConsentKind.PUBLICATION,
    ConsentKind.NOTICES,
    ConsentKind.VOLUNTEER,
)
"""What a resident answers by themselves; ``guardian`` is answered by another."""


@dataclass(frozen=True, slots=True)
class ConsentState:
    """Where one kind stands: ``state`` is ``unasked``, ``given`` or ``refused``."""

    kind: str
    state: str
    version: str | None
    at: datetime | None
    needs_answer: bool


def has_consent(resident_id: int | None, kind: str) -> bool:
    """Whether this resident agreed; nobody (erased, imported, unlinked) has agreed to nothing."""
    return _answer(resident_id, kind) is True


def has_refused(resident_id: int | None, kind: str) -> bool:
    """Whether this resident said no."""
    return _answer(resident_id, kind) is False


def consents_of(resident_ids: Iterable[int], kind: str) -> dict[int, bool | None]:
    """Return each resident's answer, ``None`` for one never asked (one query)."""
    rows = Resident.objects.filter(pk__in=set(resident_ids)).values_list("pk", "consents")
    return {pk: answers.get(str(kind)) for pk, answers in rows}


def consent_states(resident: Resident, notice: Notice | None = None) -> list[ConsentState]:
    """Return where every kind stands, in the order of the page (one query)."""
    notice = notice or current_notice()
    latest = _latest_lines(resident)
    return [_state(resident, kind, latest.get(str(kind)), notice) for kind in ASKED_KINDS]


def consent_history(resident: Resident) -> QuerySet[Consent]:
    """Return every line of the resident's log; unordered, for a page of them."""
    return Consent.objects.filter(resident=resident)


def access_records(resident: Resident) -> QuerySet[AccessRecord]:
    """Return who looked at the resident's number; unordered, for a page of them."""
    return AccessRecord.objects.filter(report__resident=resident).select_related("report")


def _answer(resident_id: int | None, kind: str) -> bool | None:
    if resident_id is None:
        return None
    return consents_of([resident_id], kind).get(resident_id)


def _latest_lines(resident: Resident) -> Mapping[str, Consent]:
    newest = Consent.objects.filter(resident=resident, kind=OuterRef("kind")).order_by("-id")
    rows = Consent.objects.filter(resident=resident, pk=Subquery(newest.values("pk")[:1]))
    return {row.kind: row for row in rows}


def _state(
    resident: Resident, kind: ConsentKind, line: Consent | None, notice: Notice
) -> ConsentState:
    answer = resident.consents.get(kind.value)
    if answer is None or line is None:
        return ConsentState(kind, "unasked", None, None, needs_answer=True)
    state = "given" if answer else "refused"
    asked_again = line.how == ConsentHow.IMPLIED or line.version < notice.asked_since
    return ConsentState(kind, state, line.version, line.at, asked_again)

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from dispatch.domain.audit import verify_audit
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import attach_report
from dispatch.domain.publicity import (
    approve_case,
    release_photo,
    withdraw_photo,
    withhold_case,
    write_public_words,
)
from dispatch.enums import AuditAction, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import AuditRecord, Ticket
from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.enums import CheckState, Publication, PublicPhotoKind, WithholdReason
from reports.models import (
    ContentCheck,
    Photo,
    PublicPhotoReport,
    Report,
    ReportPhoto,
    Resident,
)
from reports.queries.public_staff import candidates_of
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_report,
    make_resident,
    make_ticket,
)
from tests.reports.pictures import jpeg, upload
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from xiangcun.lib.redaction import Rectangle

pytestmark = pytest.mark.django_db
PLATE = Rectangle(0.1, 0.1, 0.3, 0.2)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def report(cast: Cast) -> Report:
    """A report in the hands of a department: public."""
    report = make_report()
    make_ticket(TicketStatus.HANDLING, cast=cast, report=report)
    report.refresh_from_db()
    assert report.published_at is not None
    return report


def _photo(resident: Resident | None, colour: str = "red") -> Photo:
    stored, _created = store_photo(upload(jpeg(colour)), resident=resident, now=NOW)
    process_photo(stored.pk, now=NOW)
    stored.refresh_from_db()
    return stored


def _agree(report: Report, *, granted: bool = True) -> None:
    Resident.objects.filter(reports=report.pk).update(consents={"publication": granted})


def _before(report: Report) -> Photo:
    _agree(report)
    photo = _photo(report.resident)
    ReportPhoto.objects.create(report=report, photo=photo)
    return photo


def _last() -> AuditRecord:
    return AuditRecord.objects.order_by("-seq")[0]


def test_it_works(report: Report, cast: Cast) -> None:
    """Taken away and shown again: both in the trail, with the reason and without a person."""
    assert report.grid_id == cast.grid.pk  # the public's village comes with the projection
    withhold_case(
        report, reason=WithholdReason.PRIVATE, note="看得到门牌", actor=cast.dispatcher, now=NOW
    )
    report.refresh_from_db()
    assert report.published_at is None
    record = _last()
    assert (record.action, record.reason) == (
        AuditAction.UNPUBLISHED,
        "涉及个人隐私：看得到门牌",
    )
    assert record.ticket_id == Ticket.objects.get().pk
    approve_case(report, actor=cast.lead, now=NOW)
    report.refresh_from_db()
    assert report.published_at == NOW
    assert _last().data == {"before": "withheld"}
    assert list(verify_audit()) == []


def test_steps_at_the_ticket_do_not_show_what_is_withheld(report: Report, cast: Cast) -> None:
    withhold_case(report, reason=WithholdReason.ASKED, note="", actor=cast.dispatcher, now=NOW)
    ticket = Ticket.objects.get()
    perform(
        ticket.pk,
        Act.FINISH,
        actor=cast.handler,
        now=NOW,
        fields=fields_for(Act.FINISH, cast, now=NOW),
    )
    report.refresh_from_db()
    assert report.published_at is None
    assert report.publishable


@pytest.mark.parametrize("who", ["handler", "verifier"])
def test_it_forbids_others(report: Report, cast: Cast, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(NotAllowedError):
        approve_case(report, actor=actor, now=NOW)
    with pytest.raises(NotAllowedError):
        withhold_case(report, reason=WithholdReason.ASKED, note="", actor=actor, now=NOW)
    assert Role.DISPATCHER not in actor.roles


def test_another_reason_needs_words(report: Report, cast: Cast) -> None:
    with pytest.raises(InvalidInputError):
        withhold_case(
            report, reason=WithholdReason.OTHER, note="  ", actor=cast.dispatcher, now=NOW
        )


def test_a_released_photo_and_its_rectangles_are_written_down(report: Report, cast: Cast) -> None:
    photo = _before(report)
    kind = PublicPhotoKind.BEFORE
    release_photo(
        report,
        photo,
        kind=kind,
        rectangles=[PLATE],
        despite_check=False,
        actor=cast.dispatcher,
        now=NOW,
    )
    record = _last()
    assert record.action == AuditAction.PHOTO_RELEASED
    assert record.data["rectangles"] == [[0.1, 0.1, 0.3, 0.2]]
    release_photo(
        report, photo, kind=kind, rectangles=[], despite_check=False, actor=cast.lead, now=NOW
    )
    assert _last().action == AuditAction.PHOTO_REDACTED
    withdraw_photo(report, photo.pk, actor=cast.dispatcher, now=NOW)
    assert _last().action == AuditAction.UNPUBLISHED
    with pytest.raises(NotFoundError):
        withdraw_photo(report, photo.pk, actor=cast.dispatcher, now=NOW)


def test_a_result_stands_with_everybody_who_reported(report: Report, cast: Cast) -> None:
    second = make_report(resident=make_resident("bob"))
    ticket = attach_report(second, Ticket.objects.get(), now=NOW)
    after = _photo(None, "green")
    finished = fields_for(Act.FINISH, cast, now=NOW)
    for action, actor, extra in (
        (Act.FINISH, cast.handler, {"photos": (after.pk,)}),
        (Act.VERIFY, cast.verifier, {}),
    ):
        fields = type(finished)(
            **{
                name: getattr(fields_for(action, cast, now=NOW), name)
                for name in finished.__dataclass_fields__
            }
            | extra
        )
        perform(ticket.pk, action, actor=actor, now=NOW + timedelta(hours=1), fields=fields)
    [candidate] = candidates_of(report)
    assert (candidate.photo, candidate.kind) == (after, PublicPhotoKind.AFTER)
    release_photo(
        report,
        after,
        kind=candidate.kind,
        rectangles=[],
        despite_check=False,
        actor=cast.dispatcher,
        now=NOW,
    )
    shown = PublicPhotoReport.objects.values_list("report", flat=True)
    assert set(shown) == {report.pk, second.pk}
    withdraw_photo(second, after.pk, actor=cast.dispatcher, now=NOW)
    assert not PublicPhotoReport.objects.exists()


@pytest.mark.parametrize("state", [CheckState.ASKED, CheckState.REVIEW, CheckState.RISKY])
def test_a_doubtful_photo_is_shown_only_knowingly(
    report: Report, cast: Cast, state: CheckState
) -> None:
    photo = _before(report)
    ContentCheck.objects.create(
        report=report, photo=photo, state=state, next_at=NOW, created_at=NOW
    )
    kind = PublicPhotoKind.BEFORE
    with pytest.raises(ConflictError) as caught:
        release_photo(
            report,
            photo,
            kind=kind,
            rectangles=[],
            despite_check=False,
            actor=cast.lead,
            now=NOW,
        )
    assert caught.value.code == "photo_check_doubtful"
    release_photo(
        report, photo, kind=kind, rectangles=[], despite_check=True, actor=cast.lead, now=NOW
    )
    assert "微信图片检查" in _last().data["despite_check"]


def test_a_failure_leaves_no_file(
    report: Report, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = _before(report)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("dispatch.domain.publicity.record_audit", fail)
    with pytest.raises(RuntimeError):
        release_photo(
            report,
            photo,
            kind=PublicPhotoKind.BEFORE,
            rectangles=[],
            despite_check=False,
            actor=cast.lead,
            now=NOW,
        )
    assert not PublicPhotoReport.objects.exists()
    folders, _files = default_storage.listdir("public")
    assert all(default_storage.listdir(f"public/{name}") == ([], []) for name in folders)


@pytest.mark.parametrize("said", ["never asked", "refused", "nobody's"])
def test_photos_of_who_did_not_agree_stay_away(report: Report, cast: Cast, said: str) -> None:
    photo = _before(report)
    Resident.objects.filter(reports=report.pk).update(consents={})
    if said == "refused":
        _agree(report, granted=False)
    if said == "nobody's":
        Report.objects.filter(pk=report.pk).update(resident=None)
    report.refresh_from_db()
    assert report.publication == Publication.CLEAR  # the neutral line is another matter
    with pytest.raises(ConflictError) as caught:
        release_photo(
            report,
            photo,
            kind=PublicPhotoKind.BEFORE,
            rectangles=[],
            despite_check=True,
            actor=cast.lead,
            now=NOW,
        )
    assert caught.value.code == "publication_refused"


def test_public_words_are_in_the_trail(report: Report, cast: Cast) -> None:
    write_public_words(report, summary="村口垃圾已清", reply="", actor=cast.dispatcher, now=NOW)
    assert _last().data == {"summary": "村口垃圾已清", "reply": ""}

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import (
    LEXICON,
    Wishes,
    forget_file,
    mark_broken,
    promote_version,
    prunable_versions,
    request_training,
    save_wishes,
    use_lexicon,
)
from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import LedgerIsAppendOnlyError, ModelChange, ModelVersion, TriageSettings
from dispatch.queries.classifiers import (
    champion_version,
    fallen_version,
    previous_version,
    triage_settings,
)
from dispatch.triage.versions import enable_version, prune_files, roll_back
from tests.dispatch.decisions import make_version
from tests.dispatch.factories import NOW, Cast, make_cast
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

DAY = timedelta(days=1)
WHY = "试用"
pytestmark = pytest.mark.usefixtures("model_folder")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr("dispatch.domain.learning.bell.ring_on_commit", names.append)
    return names


def test_it_works(cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=cast.lead, reason=WHY, now=NOW, seen=LEXICON)
    promote_version(second.pk, actor=SYSTEM, reason="明显胜出", now=NOW + DAY, seen=first.pk)
    first.refresh_from_db()
    champion = champion_version()
    assert champion == second
    assert (first.status, first.promoted_by) == (ModelStatus.RETIRED, cast.lead.user)
    assert previous_version() == first
    latest, earlier = ModelChange.objects.all()
    assert (latest.actor, latest.version, latest.previous) == (None, second, first)
    assert (earlier.actor, earlier.reason, earlier.previous) == (cast.lead.user, WHY, None)


def test_rolling_back_leads_to_the_version_before_and_then_to_the_lexicon(cast: Cast) -> None:
    rows = [make_version(extra=extra) for extra in "一二三"]
    for turn, row in enumerate(rows):
        promote_version(row.pk, actor=SYSTEM, reason=WHY, now=NOW + turn * DAY)
    back = [roll_back(actor=cast.lead, reason="派错多", now=NOW + 5 * DAY) for _ in rows]
    assert back == [rows[1], rows[0], None]
    assert champion_version() is None
    assert {row.status for row in ModelVersion.objects.all()} == {ModelStatus.REJECTED}
    with pytest.raises(ConflictError):
        roll_back(actor=cast.lead, reason=WHY, now=NOW)
    assert triage_settings().use_model


def test_switched_off_no_night_promotes_but_a_person_may(cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=SYSTEM, reason=WHY, now=NOW)
    use_lexicon(actor=cast.lead, reason="先用词表", now=NOW)
    assert champion_version() is None
    with pytest.raises(ConflictError) as refusal:
        promote_version(second.pk, actor=SYSTEM, reason=WHY, now=NOW)
    assert refusal.value.code == "model_switched_off"
    with pytest.raises(ConflictError):
        use_lexicon(actor=cast.lead, reason="再停一次", now=NOW)
    promote_version(first.pk, actor=cast.lead, reason=WHY, now=NOW)
    assert triage_settings().use_model


@pytest.mark.parametrize("who", ["dispatcher", "verifier", "handler", "head"])
def test_it_forbids_everybody_but_lead_and_administrator(cast: Cast, who: str) -> None:
    row = make_version()
    actor = getattr(cast, who)
    wishes = Wishes(auto_dispatch=False, accuracy=0.9, level=0.9)
    for attempt in (
        lambda: promote_version(row.pk, actor=actor, reason=WHY, now=NOW),
        lambda: enable_version(row.pk, actor=actor, reason=WHY, now=NOW),
        lambda: roll_back(actor=actor, reason=WHY, now=NOW),
        lambda: use_lexicon(actor=actor, reason=WHY, now=NOW),
        lambda: request_training(actor=actor, reason=WHY, now=NOW),
        lambda: save_wishes(wishes, actor=actor, reason=WHY, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    assert not ModelChange.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "长" * 301])
def test_it_validates_the_reason(cast: Cast, reason: str) -> None:
    row = make_version()
    with pytest.raises(InvalidInputError):
        promote_version(row.pk, actor=cast.lead, reason=reason, now=NOW)
    assert champion_version() is None


def test_it_refuses_what_somebody_else_changed_meanwhile(cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=SYSTEM, reason=WHY, now=NOW)
    for attempt in (
        lambda: promote_version(second.pk, actor=cast.lead, reason=WHY, now=NOW, seen=LEXICON),
        lambda: use_lexicon(actor=cast.lead, reason=WHY, now=NOW, seen=second.pk),
        lambda: promote_version(first.pk, actor=cast.lead, reason=WHY, now=NOW, seen=first.pk),
    ):
        with pytest.raises(ConflictError):
            attempt()
    assert champion_version() == first


def test_it_handles_a_version_without_a_file_and_none_at_all(cast: Cast) -> None:
    row = make_version()
    assert forget_file(row.pk)
    with pytest.raises(ConflictError) as refusal:
        enable_version(row.pk, actor=cast.lead, reason=WHY, now=NOW)
    assert refusal.value.code == "model_pruned"
    with pytest.raises(NotFoundError):
        enable_version(0, actor=cast.lead, reason=WHY, now=NOW)


def test_a_version_whose_file_is_bad_is_not_put_to_use(cast: Cast, model_folder: Path) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=SYSTEM, reason=WHY, now=NOW)
    (model_folder / second.file).write_bytes(b"x")
    with pytest.raises(ConflictError) as refusal:
        enable_version(second.pk, actor=cast.lead, reason=WHY, now=NOW)
    second.refresh_from_db()
    assert refusal.value.code == "model_unusable"
    assert (second.status, second.fell_at) == (ModelStatus.BROKEN, None)
    assert champion_version() == first
    assert fallen_version() is None


def test_the_champion_falls_once_and_recovers(cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=SYSTEM, reason=WHY, now=NOW)
    assert mark_broken(first.pk, reason="文件损坏", now=NOW)
    assert not mark_broken(first.pk, reason="文件损坏", now=NOW)
    assert fallen_version() == first
    assert ModelChange.objects.filter(action=ModelAction.FALL).count() == 1
    promote_version(second.pk, actor=cast.lead, reason=WHY, now=NOW)
    assert fallen_version() is None
    use_lexicon(actor=cast.lead, reason=WHY, now=NOW, action=ModelAction.ROLL_BACK)
    assert fallen_version() is None


def test_the_database_allows_one_champion(cast: Cast) -> None:
    first, second = make_version(extra="一"), make_version(extra="二")
    promote_version(first.pk, actor=SYSTEM, reason=WHY, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=second.pk).update(status=ModelStatus.CHAMPION)
    with pytest.raises(IntegrityError), transaction.atomic():
        TriageSettings.objects.create(pk=2)


def test_the_record_of_changes_is_append_only(cast: Cast) -> None:
    promote_version(make_version().pk, actor=cast.lead, reason=WHY, now=NOW)
    change = ModelChange.objects.get()
    with pytest.raises(LedgerIsAppendOnlyError):
        change.save()
    with pytest.raises(LedgerIsAppendOnlyError):
        change.delete()


def test_it_keeps_the_last_files_the_champion_and_its_forerunners(
    cast: Cast, settings: Any, model_folder: Path
) -> None:
    settings.MODEL_FILES_KEPT = 2
    rows = [
        make_version(extra=word, now=NOW + turn * DAY) for turn, word in enumerate("甲乙丙丁戊己")
    ]
    promote_version(rows[0].pk, actor=SYSTEM, reason=WHY, now=NOW)
    promote_version(rows[1].pk, actor=SYSTEM, reason=WHY, now=NOW + DAY)
    assert prunable_versions() == [rows[3], rows[2]]
    assert prune_files() == 2
    assert prune_files() == 0
    assert sorted(path.name for path in model_folder.iterdir()) == sorted(
        row.file for row in (rows[0], rows[1], rows[4], rows[5])
    )
    assert ModelVersion.objects.filter(file="").count() == 2


def test_new_targets_are_trained_for_at_once(cast: Cast, rung: list[str]) -> None:
    wishes = Wishes(auto_dispatch=True, accuracy=0.95, level=0.95)
    save_wishes(wishes, actor=cast.lead, reason=WHY, now=NOW)
    assert rung == []  # the lexicon has no thresholds to fit
    promote_version(make_version().pk, actor=cast.lead, reason=WHY, now=NOW)
    stricter = Wishes(auto_dispatch=False, accuracy=0.99, level=0.9)
    save_wishes(stricter, actor=cast.lead, reason="要更准", now=NOW)
    save_wishes(stricter, actor=cast.lead, reason="再点一次", now=NOW)
    assert rung == ["dispatch.train_classifier"]
    policy = triage_settings()
    assert (policy.auto_dispatch, policy.accuracy, policy.level) == (False, 0.99, 0.9)
    change = ModelChange.objects.filter(action=ModelAction.SETTINGS).first()
    assert change is not None
    assert change.reason == "关闭自动派单，准确率 0.95 → 0.99，把握程度 0.95 → 0.9。要更准"


@pytest.mark.parametrize(
    ("accuracy", "level", "fields"),
    [
        (0.79, 0.95, {"accuracy"}),
        (0.996, 0.95, {"accuracy"}),
        (0.98, 1.0, {"level"}),
        (float("nan"), 0.0, {"accuracy", "level"}),
    ],
)
def test_it_validates_the_targets(
    cast: Cast, accuracy: float, level: float, fields: set[str]
) -> None:
    wishes = Wishes(auto_dispatch=True, accuracy=accuracy, level=level)
    with pytest.raises(InvalidInputError) as refusal:
        save_wishes(wishes, actor=cast.lead, reason=WHY, now=NOW)
    assert {row.field for row in refusal.value.errors} == fields
    assert not TriageSettings.objects.exists()


def test_asking_for_a_training_rings_and_is_noted(cast: Cast, rung: list[str]) -> None:
    request_training(actor=cast.lead, reason=WHY, now=NOW)
    assert rung == ["dispatch.train_classifier"]
    assert ModelChange.objects.get().action == ModelAction.TRAIN

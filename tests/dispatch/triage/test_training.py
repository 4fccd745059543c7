from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command

from dispatch import tasks
from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import Wishes, promote_version, save_wishes, use_lexicon
from dispatch.enums import ModelStatus
from dispatch.models import ModelChange, ModelVersion
from dispatch.queries.classifiers import champion_version
from dispatch.triage.training import LOCK_KEY, plain_json, train_classifier
from dispatch.triage.vault import fetch_model
from dispatch.triage.versions import roll_back
from tests.dispatch.decisions import (
    auto_dispatch,
    close,
    decide,
    decide_many,
    lamps,
    make_version,
    rubbish,
    teach_lexicon,
)
from tests.dispatch.factories import NOW, Cast, make_cast

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("model_folder")


@pytest.fixture
def cast(db: None) -> Cast:
    people = make_cast()
    rubbish(), lamps()
    return people


def test_it_works(cast: Cast) -> None:
    last = decide_many(cast, 80)
    result = train_classifier(now=NOW + DAY)
    version = result.version
    assert version is not None
    assert result.promoted
    assert champion_version() == version
    assert version.version.startswith("model-")
    assert (version.examples, version.learned_until) == (80, last)
    assert version.targets == {"accuracy": 0.98, "level": 0.95}
    figures = version.comparison
    assert (figures["held_out"], figures["trained_on"]) == (40, 40)
    assert figures["challenger"]["right"] > figures["champion"]["right"]
    assert figures["champion"]["version"].startswith("lexicon-")
    assert figures["difference"]["lower"] > 0
    assert "明显胜出" in version.reason
    ranked = fetch_model(version).rank("村口垃圾没人清运", hints=(), chosen="")
    assert ranked[0].code == "0401"
    change = ModelChange.objects.get()
    assert (change.actor, change.version) == (None, version)


def test_the_same_data_makes_no_second_model(cast: Cast, model_folder: Path) -> None:
    decide_many(cast, 40)
    first = train_classifier(now=NOW + DAY)
    again = train_classifier(now=NOW + 2 * DAY)
    assert again.version == first.version
    assert not again.promoted
    assert ModelVersion.objects.count() == len(list(model_folder.iterdir())) == 1


def test_too_few_decisions_are_kept_and_not_promoted(cast: Cast) -> None:
    decide_many(cast, 12)
    result = train_classifier(now=NOW + DAY)
    assert result.version is not None
    assert (result.promoted, result.version.status) == (False, ModelStatus.CHALLENGER)
    assert "只有 12 件" in result.reason
    assert result.version.comparison == {}


def test_no_decision_at_all_trains_from_the_words(cast: Cast) -> None:
    teach_lexicon([("垃圾", rubbish()), ("路灯", lamps())])
    result = train_classifier(now=NOW)
    assert result.version is not None
    assert (result.version.examples, result.version.learned_until) == (0, None)
    assert champion_version() is None


def test_a_challenger_that_is_only_as_good_is_rejected(cast: Cast) -> None:
    teach_lexicon([("垃圾", rubbish()), ("路灯", lamps())])
    decide_many(cast, 60)
    result = train_classifier(now=NOW + DAY)
    assert result.version is not None
    assert (result.promoted, result.version.status) == (False, ModelStatus.REJECTED)
    assert "没有明显胜出" in result.version.reason
    assert champion_version() is None


def test_the_champion_is_examined_on_what_it_has_not_seen(cast: Cast) -> None:
    last = decide_many(cast, 60)
    assert train_classifier(now=NOW + DAY).promoted
    decide_many(cast, 20, start=last + DAY)
    waiting = train_classifier(now=NOW + 2 * DAY)
    assert "只有 20 件" in waiting.reason
    decide_many(cast, 60, start=last + 3 * DAY)
    compared = train_classifier(now=NOW + 5 * DAY)
    assert compared.version is not None
    assert compared.version.comparison["first"] > last.isoformat()


def test_quiet_successes_are_learned_from_and_not_judged_by(cast: Cast) -> None:
    for turn in range(4):
        moment = NOW + turn * timedelta(minutes=1)
        close(auto_dispatch(cast, f"垃圾{turn}", rubbish(), now=moment), cast, now=moment)
    result = train_classifier(now=NOW + DAY)
    assert result.version is not None
    assert result.version.examples == 4
    assert "只有 0 件" in result.reason


def test_a_person_s_rollback_is_not_undone_by_the_next_night(cast: Cast) -> None:
    last = decide_many(cast, 80)
    assert train_classifier(now=last).promoted
    roll_back(actor=cast.lead, reason="派错多", now=last)
    decide(cast, "路灯又坏了", lamps(), now=last + DAY)
    result = train_classifier(now=last + 2 * DAY)
    assert not result.promoted
    assert "只有 1 件" in result.reason
    decide_many(cast, 45, start=last + 3 * DAY)
    assert train_classifier(now=last + 4 * DAY).promoted  # new evidence may


def test_switched_off_it_trains_and_promotes_nothing(cast: Cast) -> None:
    version = make_version(status=ModelStatus.CHALLENGER)
    promote_version(version.pk, actor=SYSTEM, reason="测试", now=NOW - DAY)
    use_lexicon(actor=cast.lead, reason="先用词表", now=NOW - DAY)
    last = decide_many(cast, 60)
    result = train_classifier(now=last + DAY)
    assert result.version is not None
    assert not result.promoted
    assert "模型已停用" in result.reason
    assert result.version.status == ModelStatus.CHALLENGER


def test_new_targets_take_effect_without_a_comparison(cast: Cast) -> None:
    last = decide_many(cast, 60)
    first = train_classifier(now=last).version
    save_wishes(
        Wishes(auto_dispatch=True, accuracy=0.9, level=0.9),
        actor=cast.lead,
        reason="少转人工",
        now=last,
    )
    decide(cast, "垃圾又满了", rubbish(), now=last + DAY)
    result = train_classifier(now=last + DAY)
    champion = champion_version()
    assert champion is not None
    assert first is not None
    assert champion.targets == {"accuracy": 0.9, "level": 0.9}
    assert champion.learned_until == first.learned_until
    assert champion.version == (result.version.version if result.version else "")
    back = Wishes(auto_dispatch=True, accuracy=0.98, level=0.95)
    save_wishes(back, actor=cast.lead, reason="改回", now=last + DAY)
    train_classifier(now=last + DAY)
    restored = champion_version()
    assert restored is not None
    assert restored.targets == {"accuracy": 0.98, "level": 0.95}


def test_a_lost_file_is_made_again_from_the_same_data(cast: Cast, model_folder: Path) -> None:
    from dispatch.domain.learning import mark_broken

    last = decide_many(cast, 60)
    version = train_classifier(now=last).version
    assert version is not None
    (model_folder / version.file).unlink()
    mark_broken(version.pk, reason="模型文件不存在", now=last)
    result = train_classifier(now=last + DAY)
    assert result.promoted
    champion = champion_version()
    assert champion is not None
    assert champion.pk == version.pk
    assert fetch_model(champion).version == champion.version


def test_the_lock_keeps_a_second_training_out(cast: Cast) -> None:
    cache.add(LOCK_KEY, "somebody", timeout=60)
    result = train_classifier(now=NOW)
    assert result.version is None
    assert cache.get(LOCK_KEY) == "somebody"
    assert not ModelVersion.objects.exists()


def test_a_training_that_fails_leaves_nothing_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, model_folder: Path
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("dispatch.triage.training.train", fail)
    with pytest.raises(MemoryError):
        train_classifier(now=NOW)
    assert cache.get(LOCK_KEY) is None
    assert not ModelVersion.objects.exists()
    assert not model_folder.exists()


@pytest.mark.parametrize("flag", [True, False])
def test_the_command_promotes_only_when_told(cast: Cast, flag: bool) -> None:
    decide_many(cast, 60)
    out = io.StringIO()
    call_command("train_classifier", promote_if_better=flag, stdout=out)
    assert ("（已启用）" in out.getvalue()) is flag
    assert (champion_version() is not None) is flag


def test_the_wiring(cast: Cast) -> None:
    decide_many(cast, 4)
    tasks.train_classifier()
    assert ModelVersion.objects.count() == 1
    task = tasks.train_classifier
    assert (task.time_limit, task.acks_late) == (900, False)
    assert settings.CELERY_TASK_ROUTES[task.name] == {"queue": "training"}
    assert "training" in settings.CELERY_TASK_QUEUES
    schedule = settings.CELERY_BEAT_SCHEDULE[task.name]["schedule"]
    assert (schedule.hour, schedule.minute) == ({2}, {30})
    assert settings.CELERY_TIMEZONE == "Asia/Shanghai"


def test_a_lost_bell_for_new_targets_is_swept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("dispatch.tasks.bell.ring", rung.append)
    tasks.sweep_targets()
    version = make_version()
    promote_version(version.pk, actor=SYSTEM, reason="测试", now=NOW)
    tasks.sweep_targets()
    assert rung == []
    save_wishes(
        Wishes(auto_dispatch=True, accuracy=0.9, level=0.9),
        actor=cast.lead,
        reason="少转人工",
        now=NOW,
    )
    tasks.sweep_targets()
    assert rung == ["dispatch.train_classifier"]


def test_an_empty_township_trains_nothing(db: None) -> None:
    result = train_classifier(now=NOW)
    assert result.version is None
    assert "事项分类" in result.reason


def test_figures_are_plain_json() -> None:
    class Number:
        def __float__(self) -> float:
            return 0.5

    found = plain_json({"a": Number(), "b": float("nan"), 3: (1, None, "x"), "c": object})
    assert found["a"] == 0.5
    assert found["b"] is None
    assert found["3"] == [1, None, "x"]
    assert isinstance(found["c"], str)

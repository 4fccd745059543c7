"""The model of a worker process: loaded once, refreshed, and never trusted blindly."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import promote_version
from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import ModelChange, ModelVersion, TriageRun, TriageSettings
from dispatch.queries.classifiers import champion_version, fallen_version
from dispatch.readiness import triage_model
from dispatch.triage import champion, reference, vault
from dispatch.triage.champion import forget_champion
from dispatch.triage.pipeline import run_triage
from dispatch.triage.reference import current_reference
from reports.models import Category
from tests.dispatch.decisions import make_version, tiny_model
from tests.dispatch.factories import NOW, make_report

pytestmark = pytest.mark.usefixtures("township", "model_folder")


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions whose files were read in this test."""
    read: list[str] = []
    real = vault.fetch_model

    def count(version: ModelVersion) -> Any:
        read.append(version.version)
        return real(version)

    monkeypatch.setattr(champion, "fetch_model", count)
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    return read


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The events that were more than information."""
    rows = [row for row in caplog.records if row.levelno >= logging.WARNING]
    return [row.getMessage().split()[0] for row in rows]


def put_to_use(extra: str = "") -> ModelVersion:
    row = make_version(extra=extra)
    return promote_version(row.pk, actor=SYSTEM, reason="测试", now=NOW)


def triage(text: str = "村口垃圾没人清运") -> TriageRun:
    run = run_triage(make_report(text=text).pk, now=NOW)
    assert run is not None
    return run


def test_it_works_and_reads_the_file_once(loads: list[str]) -> None:
    version = put_to_use()
    assert {triage().model_version, triage("路灯坏了").model_version} == {version.version}
    assert loads == [version.version]


def test_an_edit_of_the_tables_does_not_read_the_file_again(loads: list[str]) -> None:
    put_to_use()
    before = current_reference()
    TriageSettings.objects.filter(pk=1).update(auto_dispatch=False)
    after = current_reference()
    assert (before.auto_dispatch, after.auto_dispatch) == (True, False)
    assert after.classifier is before.classifier
    assert len(loads) == 1


def test_a_category_that_is_switched_off_is_no_answer_any_more(loads: list[str]) -> None:
    put_to_use()
    text = "村口垃圾没人清运"
    before = current_reference().classifier.rank(text, hints=(), chosen="")
    assert before[0].code == "0401"
    category = Category.objects.get(code="0401")
    category.is_active = False
    category.save()
    after = current_reference().classifier.rank(text, hints=(), chosen="")
    assert "0401" not in {row.code for row in after}
    assert len(loads) == 1


def test_another_version_is_used_within_seconds(loads: list[str]) -> None:
    first = put_to_use("一")
    assert triage().model_version == first.version
    second = put_to_use("二")
    assert triage().model_version == second.version
    assert loads == [first.version, second.version]


def test_without_a_champion_the_lexicon_classifies(loads: list[str]) -> None:
    make_version()
    assert triage().model_version.startswith("lexicon-")
    assert loads == []
    assert not triage_model().degraded


Spoil = Callable[[Path, ModelVersion], None]


def cut(path: Path, _row: ModelVersion) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path, _row: ModelVersion) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def flip_and_register(path: Path, row: ModelVersion) -> None:
    """Whoever may write the table as well still lacks the key."""
    import hashlib

    flip(path, row)
    ModelVersion.objects.filter(pk=row.pk).update(
        sha256=hashlib.sha256(path.read_bytes()).hexdigest()
    )


def another_key(path: Path, row: ModelVersion) -> None:
    from dispatch.triage.learned import save_model

    path.unlink()
    sha256 = save_model(tiny_model(), path, key=b"somebody else's key, 32 bytes long")
    ModelVersion.objects.filter(pk=row.pk).update(sha256=sha256)


def empty(path: Path, _row: ModelVersion) -> None:
    path.write_bytes(b"")


def remove(path: Path, _row: ModelVersion) -> None:
    path.unlink()


def outside(path: Path, row: ModelVersion) -> None:
    path.rename(path.parent.parent / "elsewhere.model")
    ModelVersion.objects.filter(pk=row.pk).update(file="../elsewhere.model")


def absolute(path: Path, row: ModelVersion) -> None:
    ModelVersion.objects.filter(pk=row.pk).update(file=str(path))


def linked(path: Path, _row: ModelVersion) -> None:
    target = path.parent.parent / "elsewhere.model"
    path.rename(target)
    path.symlink_to(target)


def unnamed(_path: Path, row: ModelVersion) -> None:
    ModelVersion.objects.filter(pk=row.pk).update(file="")


def folder(path: Path, _row: ModelVersion) -> None:
    path.unlink()
    path.mkdir()


SPOILS = (
    cut, flip, flip_and_register, another_key, empty, remove, outside, absolute, linked, unnamed,
    folder,
)  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_file_that_cannot_be_trusted_leaves_the_lexicon(
    spoil: Spoil, loads: list[str], model_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version = put_to_use()
    spoil(model_folder / version.file, version)
    forget_champion()
    with caplog.at_level(logging.ERROR):
        runs = [triage() for _ in range(3)]
    version.refresh_from_db()
    assert {run.model_version.split("-")[0] for run in runs} == {"lexicon"}
    assert version.status == ModelStatus.BROKEN
    assert version.reason
    assert fallen_version() == version
    assert len(loads) == 1
    assert told(caplog) == ["model_broken"]
    assert ModelChange.objects.filter(action=ModelAction.FALL).count() == 1
    outcome = triage_model()
    assert outcome.ok
    assert outcome.degraded
    assert "词表" in str(outcome.message)


def test_a_file_that_goes_while_it_is_in_memory_is_named_before_the_restart(
    loads: list[str], model_folder: Path
) -> None:
    version = put_to_use()
    triage()
    (model_folder / version.file).unlink()
    assert triage().model_version == version.version
    assert triage_model().degraded
    assert champion_version() == version


def test_a_storage_that_is_away_is_asked_again_and_condemns_nothing(
    monkeypatch: pytest.MonkeyPatch, loads: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    version = put_to_use()

    def away(*_args: object) -> None:
        raise ConnectionError("no route")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(vault, "_copy", away)
        assert triage().model_version.startswith("lexicon-")
        assert triage().model_version.startswith("lexicon-")
        assert len(loads) == 1
        patch.setattr(champion._Kept, "retry_at", 1e-9)
        assert triage().model_version.startswith("lexicon-")
        assert len(loads) == 2
    assert told(caplog) == ["model_unreachable"]
    assert champion_version() == version
    monkeypatch.setattr(champion._Kept, "retry_at", 2e-9)
    assert triage().model_version == version.version


def test_the_switch_sends_everything_to_the_command_room(loads: list[str]) -> None:
    sure = "村口的垃圾桶满了，垃圾堆在路边没人清运"
    assert triage(sure).decision == "dispatched"
    TriageSettings.objects.create(pk=1, auto_dispatch=False)
    run = run_triage(make_report(text=sure, lat=30.3101, lng=120.5201).pk, now=NOW)
    assert run is not None
    assert run.decision == "queued"
    assert "自动派单已关闭" in run.reason
    assert run.ticket.lead_department is None


def test_the_key_is_not_the_session_key(settings: Any) -> None:
    before = vault.signing_key()
    settings.SECRET_KEY = "another-secret-key"
    assert vault.signing_key() == before
    settings.LEDGER_KEY = "another-ledger-key"
    assert vault.signing_key() != before


def test_loading_does_not_import_the_training_library(tmp_path: Path) -> None:
    """A worker's memory is the reason: the library costs more than the model."""
    program = """
import sys
from pathlib import Path
import django
django.setup()
import dispatch.tasks
from dispatch.triage import vault
from dispatch.triage.learned import ModelFault, load_model
try:
    load_model(Path(sys.argv[1]), key=vault.signing_key())
except ModelFault as fault:
    assert fault.message
assert "sklearn" not in sys.modules, "sklearn was imported"
"""
    environment = {
        **os.environ,
        "XIANGCUN_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "xiangcun.settings",
    }
    command = [sys.executable, "-c", program, str(tmp_path / "none.model")]
    subprocess.run(command, env=environment, check=True)

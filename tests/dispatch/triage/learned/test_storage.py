from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.triage.learned import ModelFault, load_model, save_model, storage
from tests.dispatch.triage.learned.made import made_model

KEY = b"a key of this test"


def saved(folder: Path) -> tuple[Path, str]:
    path = folder / "models" / "one.xcm"
    return path, save_model(made_model(60), path, key=KEY)


def fault(path: Path, *, key: bytes = KEY, sha256: str = "") -> str:
    with pytest.raises(ModelFault) as caught:
        load_model(path, key=key, sha256=sha256)
    assert caught.value.message
    return caught.value.code


def test_it_works(tmp_path: Path) -> None:
    path, sha256 = saved(tmp_path)
    model, read = made_model(60), load_model(path, key=KEY, sha256=sha256)
    text = "路灯坏了，垃圾没人清"
    assert read.rank(text, hints=(), chosen="") == model.rank(text, hints=(), chosen="")
    assert read.version == model.version
    assert read.thresholds == model.thresholds
    assert {**read.metrics, "train_seconds": 0} == {**model.metrics, "train_seconds": 0}
    assert [row.name for row in path.parent.iterdir()] == ["one.xcm"], "no scratch file is left"


def test_a_missing_file(tmp_path: Path) -> None:
    assert fault(tmp_path / "none") == "model_missing"
    assert fault(tmp_path) == "model_unreadable"


@pytest.mark.parametrize("size", [0, 5, 8, 30, 45, 2000])
def test_a_file_cut_off(tmp_path: Path, size: int) -> None:
    path, sha256 = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    assert fault(path) in {"model_format", "model_untrusted"}
    assert fault(path, sha256=sha256) == "model_broken"


def test_a_changed_byte_and_another_key(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    assert fault(path, key=b"another") == "model_untrusted"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    assert fault(path) == "model_untrusted"


def test_a_key_is_required(tmp_path: Path) -> None:
    with pytest.raises(ModelFault) as caught:
        save_model(made_model(8), tmp_path / "one", key=b"")
    assert caught.value.code == "model_no_key"


def test_a_file_of_ours_with_other_contents(tmp_path: Path) -> None:
    path = tmp_path / "one"
    data = b"PK not an archive"
    path.write_bytes(storage.MAGIC + storage._seal(data, KEY) + data)
    assert fault(path) == "model_broken"


def test_another_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = saved(tmp_path)
    monkeypatch.setattr(storage, "FORMAT", 2)
    assert fault(path) == "model_format"
    monkeypatch.setattr(storage, "MAX_BYTES", 10)
    assert fault(path) == "model_format"

"""The model files: written and read through one storage, signed, and never from anywhere else.

The storage ``models`` is a folder of the data folder; another backend (S3) takes its place in
``STORAGES``. The key is derived from ``LEDGER_KEY``, which is never changed: rotating
``SECRET_KEY`` must not throw a township back to the lexicon.
"""

from __future__ import annotations

import hmac
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import Storage, storages

from dispatch.models import ModelVersion
from dispatch.triage.learned import ModelFault, TrainedModel, load_model, save_model

PURPOSE = b"xiangcun.model-file.v1"
LARGEST_BYTES = 300 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def model_storage() -> Storage:
    """Return where model files are kept."""
    return storages["models"]


def signing_key() -> bytes:
    """Return the key of the files' signatures, good for nothing else."""
    return hmac.digest(settings.LEDGER_KEY.encode(), PURPOSE, "sha256")


def store_model(model: TrainedModel) -> tuple[str, str]:
    """Keep the model; return its file's name and SHA-256."""
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        path = Path(folder, f"{model.version}.model")
        sha256 = save_model(model, path, key=signing_key())
        with path.open("rb") as stream:
            name = model_storage().save(path.name, File(stream))
    return name, sha256


def fetch_model(version: ModelVersion) -> TrainedModel:
    """Read the model of a version, or raise ``ModelFault``; what storage raises when it is away."""
    name = version.file
    _check_name(name)
    storage = model_storage()
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        copy = Path(folder, "copy.model")
        try:
            _copy(storage, name, copy)
        except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation) as error:
            raise ModelFault("model_missing", "模型文件不存在") from error
        return load_model(copy, key=signing_key(), sha256=version.sha256)


def file_exists(version: ModelVersion) -> bool:
    """Whether the file is where it should be; nothing is read."""
    return bool(_NAME.fullmatch(version.file)) and model_storage().exists(version.file)


def remove_file(name: str) -> None:
    """Delete a file of the model folder; one that is gone already is fine."""
    if _NAME.fullmatch(name):
        model_storage().delete(name)


def _check_name(name: str) -> None:
    if not name:
        raise ModelFault("model_pruned", "这个版本没有模型文件")
    if not _NAME.fullmatch(name):
        raise ModelFault("model_outside", "模型文件不在模型目录内")


def _copy(storage: Storage, name: str, target: Path) -> None:
    """Copy within bounds; a link in the folder may lead out of it and is not followed."""
    try:
        if Path(storage.path(name)).is_symlink():
            raise ModelFault("model_outside", "模型文件不在模型目录内")
    except NotImplementedError:
        pass  # object storage has no paths
    left = LARGEST_BYTES
    with storage.open(name) as source, target.open("wb") as out:
        for chunk in source.chunks():
            left -= len(chunk)
            if left < 0:
                raise ModelFault("model_too_large", "模型文件过大")
            out.write(chunk)

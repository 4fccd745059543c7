"""Model files: a zip of plain numpy arrays and JSON, sealed with an HMAC; nothing in them is executed.

Layout: 8 bytes magic, 32 bytes HMAC-SHA256 of everything after it, then the ``.npz`` archive
(``allow_pickle=False``). The seal is checked before a byte of the archive is read.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.triage.learned.model import Parts, TrainedModel, header_of
from dispatch.triage.learned.shapes import Leaf, ModelFault

MAGIC = b"XCMODEL1"
FORMAT = 1
SEAL_BYTES = 32
MAX_BYTES = 64 * 1024 * 1024


def save_model(model: TrainedModel, path: Path, *, key: bytes) -> str:
    """Write ``model`` to ``path``, whole or not at all; return the file's SHA-256 in hex."""
    data = _encode(model)
    content = MAGIC + _seal(data, key) + data
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()


def load_model(path: Path, *, key: bytes, sha256: str = "") -> TrainedModel:
    """Read a model that :func:`save_model` wrote with the same ``key``.

    Raises ModelFault: model_missing, model_unreadable (disk), model_broken (cut off, wrong checksum
    or contents), model_untrusted (another key, or tampered with), model_format (another version).
    """
    content = _read(path)
    if sha256 and not hmac.compare_digest(hashlib.sha256(content).hexdigest(), sha256):
        raise ModelFault("model_broken", "模型文件与登记的校验值不一致，可能已损坏或被替换")
    if content[: len(MAGIC)] != MAGIC:
        raise ModelFault("model_format", "不是本系统的模型文件，或版本不符")
    seal, data = content[len(MAGIC) :][:SEAL_BYTES], content[len(MAGIC) + SEAL_BYTES :]
    if not hmac.compare_digest(seal, _seal(data, key)):
        raise ModelFault(
            "model_untrusted", "模型文件的签名不符：不完整、被改动过，或不是本系统训练的"
        )
    return _decode(data)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelFault("model_format", "模型文件过大，不予载入")
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelFault("model_missing", "找不到模型文件") from None
    except OSError as error:
        raise ModelFault("model_unreadable", "模型文件无法读取") from error


def _seal(data: bytes, key: bytes) -> bytes:
    if not key:
        raise ModelFault("model_no_key", "没有模型签名密钥")
    return hmac.new(key, MAGIC + data, hashlib.sha256).digest()


def _encode(model: TrainedModel) -> bytes:
    parts = model.parts
    header = header_of(parts) | {
        "format": FORMAT,
        "version": model.version,
        "metrics": dict(model.metrics),
    }
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        header=_as_bytes(json.dumps(header, ensure_ascii=False)),
        grams=_as_bytes("\n".join(parts.grams)),
        words=_as_bytes("\n".join(parts.words)),
        counts=np.array(parts.counts, dtype=np.int32),
        scale=parts.scale,
        weights=parts.weights,
        bias=parts.bias,
    )
    return buffer.getvalue()


def _decode(data: bytes) -> TrainedModel:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays["header"].tobytes())
        if header["format"] != FORMAT:
            raise ModelFault("model_format", "模型文件的格式版本不符，请重新训练")
        parts = _parts(header, arrays)
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ModelFault("model_broken", "模型文件内容不完整") from error
    return TrainedModel(parts, header["metrics"], version=header["version"])


def _parts(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Parts:
    leaves = tuple(
        Leaf(**{**row, "terms": tuple((term, float(points)) for term, points in row["terms"])})
        for row in header["leaves"]
    )
    parts = Parts(
        grams=_as_lines(arrays["grams"]),
        scale=arrays["scale"],
        weights=arrays["weights"],
        bias=arrays["bias"],
        slope=header["slope"],
        prior=header["prior"],
        leaves=leaves,
        words=_as_lines(arrays["words"]),
        counts=tuple(arrays["counts"].tolist()),
        thresholds=header["thresholds"],
    )
    if parts.weights.shape != (len(parts.grams), len(leaves)) or len(parts.bias) != len(leaves):
        raise ValueError("shapes")
    return parts


def _as_bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _as_lines(array: NDArray[Any]) -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()

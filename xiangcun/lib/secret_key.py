"""The keys of an embedded installation: each made once, kept in the data folder, never shared."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 48


def stored_secret_key(data_dir: Path, name: str = "secret_key") -> str:
    """Return the key ``name`` of this data folder, creating it (mode 0600) on first use.

    Web, worker and beat start together, so the key is written to a private file and then linked
    into place: the first link wins and everybody reads the winner.
    """
    file = data_dir / name
    if not file.exists():
        draft = data_dir / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(KEY_BYTES))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = file.read_text(encoding="ascii").strip()
    if not key:
        raise ImproperlyConfigured(
            f"{name.upper()}: 密钥文件 {name} 是空的，请删除后重启 / the key file is empty, remove it"
        )
    return key

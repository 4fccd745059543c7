"""Secrets at rest: encrypted with a key derived from ``SECRET_KEY``, opened only to be used."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableSecretError(Exception):
    """The text was sealed with another key, or is no sealed text."""


def seal(text: str, *, purpose: str) -> str:
    """Encrypt ``text``; what is sealed for one purpose opens for no other. "" stays ""."""
    return _box(purpose).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str, *, purpose: str) -> str:
    """Return the text; a key of ``SECRET_KEY_FALLBACKS`` opens it too."""
    if not sealed:
        return ""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise UnreadableSecretError from error


def _box(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(str(key), purpose)) for key in keys])


def _key(key: str, purpose: str) -> bytes:
    digest = hashlib.sha256(f"xiangcun.sealing:{purpose}:{key}".encode()).digest()
    return base64.urlsafe_b64encode(digest)

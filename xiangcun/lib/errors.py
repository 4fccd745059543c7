"""Typed errors: a machine-readable code, a Chinese sentence fit for the screen, an HTTP status.

Domain code raises :class:`DomainError`; ``xiangcun.lib.drf.errors`` turns it into the API's error
body and the console shows ``message`` as it is. A code is part of the API: rename none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field of an input: ``field`` is the JSON path, ``message`` is Chinese."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """The request is understood and refused.

    ``code`` is stable English snake_case, ``message`` a Chinese sentence for the person who asked,
    ``status`` the HTTP status, ``errors`` the fields to correct (may be empty), ``details`` plain JSON
    for a client that can do more than show the sentence.
    """

    status: int = 400

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errors: tuple[FieldError, ...] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.errors = errors
        self.details = details


class InvalidInputError(DomainError):
    """400: the input itself is wrong."""

    @classmethod
    def of_field(cls, field: str, code: str, message: str) -> InvalidInputError:
        """Build the common case of a single wrong field."""
        return cls(code, message, errors=(FieldError(field, code, message),))


class NotAllowedError(DomainError):
    """403: this person may not do this."""

    status = 403


class NotFoundError(DomainError):
    """404: it does not exist, or this person may not know that it does."""

    status = 404


class ConflictError(DomainError):
    """409: not possible in the present state, or somebody else was faster."""

    status = 409


class FontMissingError(DomainError):
    """503: the typeface of printed forms was never installed."""

    status = 503

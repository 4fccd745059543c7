"""Serializer fields that take exactly the JSON type they name: no ``"1"`` for 1, no ``true`` for 1.0."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from xiangcun.lib.text import clean_text

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_WRONG_TYPE: dict[str, _StrOrPromise] = {"wrong_type": _("格式不正确")}


class TextField(serializers.CharField):
    """A Chinese text: a JSON string, cleaned of invisible characters, lengths counted afterwards."""

    default_error_messages = _WRONG_TYPE

    def to_internal_value(self, data: Any) -> str:
        """Return the cleaned text."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        return clean_text(data)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Treat a text of nothing but invisible characters as blank."""
        if isinstance(data, str) and not clean_text(data):
            data = ""
        return super().run_validation(data)


class NumberField(serializers.Field[Any, Any, Any, Any]):
    """A finite JSON number between ``low`` and ``high`` (both included), returned as ``float``."""

    default_error_messages = {
        **_WRONG_TYPE,
        "too_large": _("数值太大"),
        "too_small": _("数值太小"),
    }

    def __init__(self, *, low: float, high: float, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> float:
        """Return the number; a whole number too large for a float is just too large."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("wrong_type")
        if isinstance(data, float) and not math.isfinite(data):
            self.fail("wrong_type")
        if data > self.high:
            self.fail("too_large")
        if data < self.low:
            self.fail("too_small")
        return float(data)

    def to_representation(self, value: float) -> float:
        """Return the number."""
        return value


class WholeNumberField(NumberField):
    """A JSON whole number between ``low`` and ``high``."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, float):
            self.fail("wrong_type")
        return int(super().to_internal_value(data))


class TruthField(serializers.Field[Any, Any, Any, Any]):
    """JSON ``true`` or ``false``."""

    default_error_messages = _WRONG_TYPE

    def to_internal_value(self, data: Any) -> bool:
        """Return the truth."""
        if not isinstance(data, bool):
            self.fail("wrong_type")
        return bool(data)

    def to_representation(self, value: bool) -> bool:  # noqa: FBT001 - DRF's hook
        """Return the truth."""
        return value


class IdField(serializers.Field[Any, Any, Any, Any]):
    """A UUID as a JSON string."""

    default_error_messages = _WRONG_TYPE

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        try:
            return uuid.UUID(data)
        except ValueError:
            self.fail("wrong_type")

    def to_representation(self, value: uuid.UUID) -> str:
        """Return the canonical form."""
        return str(value)

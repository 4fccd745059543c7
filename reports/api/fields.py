"""Input fields that take what JSON says and nothing that merely resembles it.

DRF's own fields read ``true`` as 1.0, ``7`` as "7" and "yes" as true; a client with such a bug
should hear of it. Text is cleaned of invisible characters before its length counts.
"""

from __future__ import annotations

import math
import re
import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from xiangcun.lib.text import clean_text

_WRONG_TYPE = _("格式不正确")
_PHONE_SEPARATORS = re.compile(r"[\s()（）-]+")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(?:\+?86)?(0\d{2,3}[2-9]\d{6,7})")


class TextField(serializers.CharField):
    """A string, cleaned; ``max_length`` counts characters after cleaning."""

    default_error_messages = {"wrong_type": _WRONG_TYPE}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Clean first, so that a text of invisible characters counts as blank."""
        return super().run_validation(clean_text(data) if isinstance(data, str) else data)

    def to_internal_value(self, data: Any) -> str:
        """Return the string as cleaned."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        return data


class NumberField(serializers.FloatField):
    """A finite JSON number; no boolean, no string."""

    default_error_messages = {"wrong_type": _WRONG_TYPE}

    def to_internal_value(self, data: Any) -> float:
        """Return a float; an integer beyond its range is no number of ours."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("wrong_type")
        try:
            number = float(data)
        except OverflowError:
            self.fail("wrong_type")
        if not math.isfinite(number):
            self.fail("wrong_type")
        return number


class WholeNumberField(serializers.IntegerField):
    """A JSON integer; no boolean, no string."""

    default_error_messages = {"wrong_type": _WRONG_TYPE}

    def to_internal_value(self, data: Any) -> int:
        """Return the integer."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("wrong_type")
        return data


class FlagField(serializers.BooleanField):
    """``true`` or ``false``."""

    default_error_messages = {"wrong_type": _WRONG_TYPE}

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean."""
        if not isinstance(data, bool):
            self.fail("wrong_type")
        return data


class WordField(serializers.ChoiceField):
    """One of a closed set of strings."""

    default_error_messages = {"wrong_type": _WRONG_TYPE}

    def to_internal_value(self, data: Any) -> str:
        """Return the word."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        return str(super().to_internal_value(data))


class IdField(serializers.UUIDField):
    """A UUID as a string; an integer is none."""

    default_error_messages = {"wrong_type": _WRONG_TYPE}

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        try:
            return uuid.UUID(data)
        except ValueError:
            self.fail("wrong_type")


@extend_schema_field({"type": "string", "maxLength": 20, "example": "13800000000"})
class PhoneField(TextField):
    """A Chinese mobile or landline number; blanks, dashes and +86 are dropped."""

    default_error_messages = {"phone_invalid": _("请填写正确的手机号或带区号的固定电话")}

    def to_internal_value(self, data: Any) -> str:
        """Return digits only."""
        digits = _PHONE_SEPARATORS.sub("", super().to_internal_value(data))
        if not digits and self.allow_blank:
            return ""
        match = _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)
        if match is None or not digits.isascii():
            self.fail("phone_invalid")
        return match.group(1)

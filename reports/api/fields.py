"""Input fields of the resident API beside the strict ones of ``xiangcun.lib.drf.fields``."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from xiangcun.lib.drf.fields import TextField

_PHONE_SEPARATORS = re.compile(r"[\s()（）-]+")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(?:\+?86)?(0\d{2,3}[2-9]\d{6,7})")


class WordField(serializers.ChoiceField):
    """One of a closed set of strings."""

    default_error_messages = {"wrong_type": _("格式不正确")}

    def to_internal_value(self, data: Any) -> str:
        """Return the word."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        return str(super().to_internal_value(data))


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

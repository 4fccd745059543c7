"""Reading the settings of WeChat templates and of the text message service; faults end the start."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from xiangcun.lib.env import bad_value

NAME = re.compile(r"\{([a-z_]+)\}")
SMS_NAMES = frozenset(
    {
        "phone", "text", "code", "minutes", "url", "template", "params", "sign_name",
        "timestamp", "timestamp_ms", "time", "nonce", "body", "signature",
    }
)  # fmt: skip
"""What may stand in braces in the settings of the text message service."""

FIELD_VALUES = frozenset({"subject", "number", "status", "department", "time", "tip"})
"""What a field of a WeChat template may show."""

DEFAULT_FIELDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "progress": {
            "thing1": "subject",
            "phrase2": "status",
            "thing3": "department",
            "time4": "time",
            "character_string5": "number",
        },
        "ask": {
            "thing1": "subject",
            "character_string2": "number",
            "thing3": "tip",
            "time4": "time",
        },
        "result": {
            "thing1": "subject",
            "phrase2": "status",
            "thing3": "department",
            "time4": "time",
            "thing5": "tip",
        },
    }
)
"""The fields to choose when the templates are applied for: then ``WECHAT_TEMPLATES`` is ids only."""

_FIELD = re.compile(
    r"(thing|phrase|character_string|number|letter|symbol|time|date|name|const)\d{1,3}", re.ASCII
)
_ID = re.compile(r"[\w-]{10,64}", re.ASCII)


def wechat_templates(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return ``{key: {"id": …, "fields": {field: value}}}`` of the setting ``WECHAT_TEMPLATES``.

    A plain string is an id with the default fields. Unknown keys, fields and values raise.
    """
    return {key: _template(key, value) for key, value in given.items()}


def _template(key: str, value: Any) -> dict[str, Any]:
    if key not in DEFAULT_FIELDS:
        raise _fault(f"没有“{key}”这一种，只能是 {'、'.join(DEFAULT_FIELDS)}", f"unknown key {key}")
    row = {"id": value} if isinstance(value, str) else value
    if not isinstance(row, dict) or not _ID.fullmatch(str(row.get("id", ""))):
        raise _fault(f"“{key}”缺少模板编号", f"{key} has no template id")
    fields = row.get("fields", dict(DEFAULT_FIELDS[key]))
    if not isinstance(fields, dict) or not fields:
        raise _fault(f"“{key}”的 fields 必须是对象", f"fields of {key} must be an object")
    for field, source in fields.items():
        if not _FIELD.fullmatch(field) or source not in FIELD_VALUES:
            raise _fault(
                f"“{key}”的字段 {field} 有误，可用的内容：{'、'.join(sorted(FIELD_VALUES))}",
                f"bad field {field} of {key}",
            )
    return {"id": str(row["id"]), "fields": dict(fields)}


def check_names(setting: str, value: Any) -> None:
    """Raise when ``{something}`` in the setting means nothing: it would be sent as a blank."""
    found = set(NAME.findall(json.dumps(value, ensure_ascii=False)))
    unknown = sorted(found - SMS_NAMES)
    if unknown:
        known = " ".join(sorted(SMS_NAMES))
        raise bad_value(
            setting,
            f"不认识 {{{unknown[0]}}}，可用：{known}",
            f"unknown name {{{unknown[0]}}}; known: {known}",
        )


def _fault(chinese: str, english: str) -> Exception:
    return bad_value("WECHAT_TEMPLATES", chinese, english)

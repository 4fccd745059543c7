"""JSON as an API should take it: UTF-8, an object, finite numbers, bounded size and depth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_JSON_BYTES = 256 * 1024
MAX_DEPTH = 20


class InvalidJSONError(ParseError):
    """400 ``invalid_json``; any other ``ParseError`` is that of a form."""


class StrictJSONParser(BaseParser):
    """Refuses with 400 ``invalid_json`` or 413 ``body_too_large``, never with a 500.

    A view that sets ``max_body`` (bytes) takes less than ``MAX_JSON_BYTES``.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the object in the body."""
        view = (parser_context or {}).get("view")
        limit = min(MAX_JSON_BYTES, getattr(view, "max_body", MAX_JSON_BYTES))
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise RequestDataTooBig
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
            _check(data)
        except (ValueError, RecursionError) as error:
            raise InvalidJSONError from error
        if not isinstance(data, dict):
            raise InvalidJSONError
        return data


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    """Refuse 1e999, which Python reads as infinity."""
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("not finite")
    return number


def _check(data: Any) -> None:
    """Raise ``ValueError`` for too deep nesting or a lone surrogate, without recursion."""
    stack = [(data, 1)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, str):
            value.encode("utf-8")
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise ValueError("too deep")
            stack.extend((child, depth + 1) for child in value)
            if isinstance(value, dict):
                stack.extend((child, depth + 1) for child in value.values())

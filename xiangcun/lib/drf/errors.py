"""The one shape of an API error, for everything that can go wrong under ``/api``.

Body: ``{"code", "message", "errors": [{"field", "code", "message"}], "request_id"}`` and, where a
code is documented to have them, ``details``. The message is Chinese and fit for the screen;
``field`` is a path such as ``location.lat`` or ``photos[0]``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from xiangcun.lib.drf.parsers import InvalidJSONError
from xiangcun.lib.errors import DomainError, FieldError
from xiangcun.lib.requestid import current_request_id

FIELD_CODES = {
    "null": "required",
    "blank": "required",
    "empty": "required",
    "not_a_dict": "wrong_type",
    "not_a_list": "wrong_type",
    "max_length": "too_long",
    "min_length": "too_short",
    "max_value": "too_large",
    "min_value": "too_small",
    "max_string_length": "too_long",
    "invalid_choice": "unknown_choice",
    "does_not_exist": "not_found",
}
FIELD_MESSAGES = {
    "required": _("请填写这一项"),
    "wrong_type": _("格式不正确"),
    "invalid": _("格式不正确"),
    "too_long": _("内容太长"),
    "too_short": _("内容太短"),
    "too_large": _("数值太大"),
    "too_small": _("数值太小"),
    "unknown_choice": _("不是可选的值"),
    "not_found": _("没有找到"),
}
MESSAGES = {
    "invalid_input": _("提交的内容有误，请检查后重试"),
    "invalid_json": _("提交的数据不是有效的 JSON"),
    "invalid_form": _("上传的内容不完整或格式不正确，请重新上传"),
    "body_incomplete": _("提交的内容没有传完，请重试"),
    "bad_request": _("请求有误"),
    "not_signed_in": _("请先登录"),
    "not_allowed": _("您没有权限进行此操作"),
    "not_found": _("没有找到您要的内容"),
    "method_not_allowed": _("不支持这种请求方式"),
    "not_acceptable": _("不支持所要求的返回格式"),
    "unsupported_media_type": _("不支持这种数据类型"),
    "too_many_requests": _("操作太频繁，请稍后再试"),
    "body_too_large": _("提交的内容太大"),
    "server_error": _("系统出现问题，请稍后再试"),
}
_BY_CLASS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int, str], ...] = (
    ((RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent), 413, "body_too_large"),
    (InvalidJSONError, 400, "invalid_json"),
    (exceptions.ParseError, 400, "invalid_form"),
    # The phone lost its network while it was sending: nobody reads the answer, no 500 is logged.
    (UnreadablePostError, 400, "body_incomplete"),
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), 401, "not_signed_in"),
    ((exceptions.PermissionDenied, PermissionDenied), 403, "not_allowed"),
    ((exceptions.NotFound, Http404), 404, "not_found"),
    (exceptions.MethodNotAllowed, 405, "method_not_allowed"),
    (exceptions.NotAcceptable, 406, "not_acceptable"),
    (exceptions.UnsupportedMediaType, 415, "unsupported_media_type"),
    (exceptions.Throttled, 429, "too_many_requests"),
    (SuspiciousOperation, 400, "bad_request"),
)


def error_body(
    code: str,
    message: str,
    errors: tuple[FieldError, ...] = (),
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Build the body; ``errors`` may be empty, ``details`` are left out when there are none."""
    body = {
        "code": code,
        "message": str(message),
        "errors": [
            {"field": error.field, "code": error.code, "message": str(error.message)}
            for error in errors
        ],
        "request_id": current_request_id(),
    }
    return {**body, "details": dict(details)} if details else body


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer for DRF (``EXCEPTION_HANDLER``); ``None`` lets an unforeseen error become a 500."""
    response = _answer(error)
    if response is not None:
        set_rollback()
    return response


def _answer(error: Exception) -> Response | None:
    if isinstance(error, DomainError):
        body = error_body(error.code, error.message, error.errors, error.details)
        return Response(body, status=error.status, headers=_retry_after(error))
    if isinstance(error, exceptions.ValidationError):
        fields = tuple(_field_errors(error.get_full_details(), ""))
        return Response(error_body("invalid_input", _summary(fields), fields), status=400)
    for classes, status, code in _BY_CLASS:
        if isinstance(error, classes):
            return _known(error, status, code)
    return None


def _known(error: Exception, status: int, code: str) -> Response:
    """Answer one of ``_BY_CLASS``; a 401 names its scheme, as HTTP demands."""
    headers = _retry_after(error)
    if status == 401:
        headers["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Bearer"
    message, details = str(MESSAGES[code]), None
    if "Retry-After" in headers:
        seconds = int(headers["Retry-After"])
        message = str(_("操作太频繁，请%(wait)s后再试")) % {"wait": _wait_words(seconds)}
        details = {"retry_after": seconds}
    return Response(error_body(code, message, (), details), status=status, headers=headers)


def _wait_words(seconds: int) -> str:
    """Return the wait as a person says it, rounded up: " 40 秒", " 12 分钟", " 3 小时"."""
    if seconds < 60:
        return f" {seconds} 秒"
    if seconds < 3600:
        return f" {math.ceil(seconds / 60)} 分钟"
    return f" {math.ceil(seconds / 3600)} 小时"


def _retry_after(error: Exception) -> dict[str, str]:
    seconds = getattr(error, "retry_after", None) or getattr(error, "wait", None)
    return {"Retry-After": str(math.ceil(seconds))} if isinstance(seconds, int | float) else {}


def _summary(fields: tuple[FieldError, ...]) -> str:
    """Say the one wrong thing if there is only one, it can be shown as it is."""
    own = len(fields) == 1 and fields[0].message not in {str(m) for m in FIELD_MESSAGES.values()}
    return str(fields[0].message) if own else str(MESSAGES["invalid_input"])


def _field_errors(details: Any, path: str) -> Iterator[FieldError]:
    """Flatten DRF's nested details to paths: ``location.lat``, ``photos[0]``."""
    if isinstance(details, list):
        for item in details:
            yield from _field_errors(item, path)
    elif isinstance(details, dict) and isinstance(details.get("code"), str):
        found = str(details["code"])
        code = FIELD_CODES.get(found, found)
        message = FIELD_MESSAGES.get(code) or details["message"]
        yield FieldError(path, code, str(message))
    elif isinstance(details, dict):
        for key, value in details.items():
            yield from _field_errors(value, _join(path, key))


def _join(path: str, key: object) -> str:
    if key == "non_field_errors":
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


def json_error(status: int, code: str) -> JsonResponse:
    """Answer with the body from outside DRF."""
    body = error_body(code, str(MESSAGES[code]))
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def api_404(_request: HttpRequest, _exception: Exception | None = None) -> JsonResponse:
    """Answer an unknown path under ``/api``."""
    return json_error(404, "not_found")


def api_400(_request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Answer what Django itself refuses (a suspicious or an oversized request)."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return json_error(413, "body_too_large")
    return json_error(400, "bad_request")


def api_403(_request: HttpRequest, _exception: Exception | None = None) -> JsonResponse:
    """Answer a refusal of Django itself."""
    return json_error(403, "not_allowed")


def api_500(_request: HttpRequest) -> JsonResponse:
    """Answer an unforeseen error; the log has the traceback under the same request_id."""
    return json_error(500, "server_error")

"""Read a request's body to the end before anything else happens.

A phone on a bad line may need minutes for a photo. Django checks the token first and then reads, so
the slow phone would hold one of the few database connections all that time. Here it holds a thread
and a temporary file, and a body that is too large or ends early never reaches a view.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A photo of 10 MB and its multipart frame.
MAX_BYTES = 12 * 1024 * 1024
IN_MEMORY_BYTES = 256 * 1024
CHUNK_BYTES = 64 * 1024


class SpooledBody:
    """WSGI middleware around the whole application."""

    def __init__(self, application: WSGIApplication, *, max_bytes: int = MAX_BYTES) -> None:
        self._application = application
        self._max_bytes = max_bytes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 413 or 400, or call the application with the body at hand."""
        digits = environ.get("CONTENT_LENGTH") or "0"
        length = int(digits) if digits.isascii() and digits.isdigit() else -1
        if length == 0:
            return self._application(environ, start_response)
        if length < 0:
            return refuse(start_response, "400 Bad Request", "bad_request", "请求长度不正确")
        if length > self._max_bytes:
            return refuse(
                start_response, "413 Content Too Large", "body_too_large", "提交的内容过大"
            )
        with open_spool(length) as spool:
            if copy(environ["wsgi.input"], spool, length) < length:
                return refuse(start_response, "400 Bad Request", "bad_request", "上传中断，请重试")
            spool.seek(0)
            return self._application({**environ, "wsgi.input": spool}, start_response)


def open_spool(length: int) -> IO[bytes]:
    """Return memory for an ordinary body, a temporary file for a photo."""
    if length <= IN_MEMORY_BYTES:
        return io.BytesIO()
    return tempfile.TemporaryFile()


def copy(source: IO[bytes], target: IO[bytes], length: int) -> int:
    """Copy at most ``length`` bytes; return how many came before the sender stopped."""
    copied = 0
    while copied < length:
        try:
            chunk = source.read(min(CHUNK_BYTES, length - copied))
        except OSError:
            break
        if not chunk:
            break
        target.write(chunk)
        copied += len(chunk)
    return copied


def refuse(start_response: StartResponse, status: str, code: str, message: str) -> list[bytes]:
    """Answer with the API's error body; no request id exists yet."""
    body = {"code": code, "message": message, "errors": [], "request_id": ""}
    content = json.dumps(body, ensure_ascii=False).encode()
    start_response(
        status,
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(content))),
            ("Connection", "close"),
        ],
    )
    return [content]

"""Bodies are whole before a view sees them."""

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest

from xiangcun.lib.spool import IN_MEMORY_BYTES, SpooledBody


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Length", str(len(body)))])
    return [body]


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a phone does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7000, 7000 if size is None or size < 0 else size))


def call(body: bytes, length: str | None = None, **limits: int) -> tuple[str, bytes]:
    answers: list[str] = []
    environ = {
        "wsgi.input": Slow(body),
        "CONTENT_LENGTH": str(len(body)) if length is None else length,
    }

    def start(status: str, _headers: list[tuple[str, str]]) -> None:
        answers.append(status)

    content = b"".join(SpooledBody(echo, **limits)(environ, start))  # type: ignore[arg-type]
    return answers[0], content


@pytest.mark.parametrize("size", [0, 1, 20_000, IN_MEMORY_BYTES + 1])
def test_it_works(size: int) -> None:
    body = b"x" * size
    assert call(body) == ("200 OK", body)


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [
        ("101", "413 Content Too Large", "body_too_large"),
        ("50", "400 Bad Request", "bad_request"),
        ("-1", "400 Bad Request", "bad_request"),
        ("ten", "400 Bad Request", "bad_request"),
    ],
)
def test_it_forbids_bodies_that_are_too_large_or_end_early(
    length: str, status: str, code: str
) -> None:
    answer, content = call(b"x" * 10, length, max_bytes=100)
    assert answer == status
    assert json.loads(content)["code"] == code

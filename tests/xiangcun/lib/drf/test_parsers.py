"""The strict JSON parser."""

import io

import pytest
from django.core.exceptions import RequestDataTooBig

from xiangcun.lib.drf.parsers import MAX_JSON_BYTES, InvalidJSONError, StrictJSONParser


def test_it_works() -> None:
    raw = '{"a": [1.5, "路😀"]}'.encode()
    assert StrictJSONParser().parse(io.BytesIO(raw)) == {"a": [1.5, "路😀"]}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"1", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}', b"\xff\xfe{}",
     b'{"a":' * 30 + b"1" + b"}" * 30, b"[" * 100_000],
)  # fmt: skip
def test_it_forbids(raw: bytes) -> None:
    with pytest.raises(InvalidJSONError):
        StrictJSONParser().parse(io.BytesIO(raw))


def test_it_forbids_more_than_its_limit() -> None:
    frame = len(b'{"a":""}')
    fits = b'{"a":"' + b"x" * (MAX_JSON_BYTES - frame) + b'"}'
    assert StrictJSONParser().parse(io.BytesIO(fits)).keys() == {"a"}
    with pytest.raises(RequestDataTooBig):
        StrictJSONParser().parse(io.BytesIO(fits + b" "))

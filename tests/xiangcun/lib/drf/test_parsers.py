"""The strict JSON parser."""

import io

import pytest
from rest_framework.exceptions import ParseError

from xiangcun.lib.drf.parsers import StrictJSONParser


def test_it_works() -> None:
    raw = '{"a": [1.5, "路😀"]}'.encode()
    assert StrictJSONParser().parse(io.BytesIO(raw)) == {"a": [1.5, "路😀"]}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"1", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}', b"\xff\xfe{}",
     b'{"a":' * 30 + b"1" + b"}" * 30, b"[" * 100_000],
)  # fmt: skip
def test_it_forbids(raw: bytes) -> None:
    with pytest.raises(ParseError):
        StrictJSONParser().parse(io.BytesIO(raw))

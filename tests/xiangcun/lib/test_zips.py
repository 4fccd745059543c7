from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

from xiangcun.lib.zips import PIECE, Member, stream_zip

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_it_is_an_archive() -> None:
    members = [
        Member("说明.txt", ["你好".encode(), b"!"]),
        Member("a.jpg", [b"\xff" * 10], packed=False),
    ]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(members, at=AT))))
    assert archive.testzip() is None
    assert archive.namelist() == ["说明.txt", "a.jpg"]
    assert archive.read("说明.txt").decode() == "你好!"
    assert archive.getinfo("a.jpg").compress_type == zipfile.ZIP_STORED
    assert archive.getinfo("a.jpg").date_time == (2026, 11, 24, 10, 0, 0)


def test_an_empty_one_is_one_too() -> None:
    assert zipfile.ZipFile(io.BytesIO(b"".join(stream_zip([], at=AT)))).namelist() == []


def test_it_holds_little_and_asks_for_no_more_than_is_taken() -> None:
    asked = 0

    def pieces() -> Iterator[bytes]:
        nonlocal asked
        for _number in range(100):
            asked += 1
            yield bytes(PIECE)

    stream = stream_zip([Member("big", pieces(), packed=False)], at=AT)
    first = next(stream)
    assert len(first) < 3 * PIECE
    assert asked == 1
    rest = list(stream)
    assert max(len(piece) for piece in rest) < 3 * PIECE
    assert asked == 100

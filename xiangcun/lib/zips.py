"""A zip archive written while it is sent: nothing of it is ever whole in memory or on the disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, cast

PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive; ``packed`` is for texts, pictures do not get smaller."""

    name: str
    pieces: Iterable[bytes]
    packed: bool = True


class _Outlet:
    """Keeps what the archive writes until it is taken. It cannot seek: sizes follow their data."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def take(self, *, at_least: int = 1) -> bytes:
        """Return what is held when that is enough, else nothing."""
        if len(self._held) < at_least:
            return b""
        taken, self._held = bytes(self._held), bytearray()
        return taken


def stream_zip(members: Iterable[Member], *, at: datetime) -> Iterator[bytes]:
    """Yield the archive in pieces of some 64 KB; ``at`` is every member's time as the reader sees it.

    A member is asked for its pieces when its turn comes, and may come from a file or a cursor.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(cast("IO[bytes]", outlet), "w") as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, date_time=at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED if member.packed else zipfile.ZIP_STORED
            info.external_attr = 0o600 << 16
            with archive.open(info, "w") as entry:
                for piece in member.pieces:
                    entry.write(piece)
                    if ready := outlet.take(at_least=PIECE):
                        yield ready
    yield outlet.take()

"""How often a JPEG paints itself over, counted without decoding it.

A progressive picture comes in scans, each over the whole picture: a camera or an editor writes about
ten. A scan of "nothing changes" is a hundred bytes and costs as much as a real one, so a file of half a
megabyte can hold a worker for minutes.
"""

from __future__ import annotations

import re

MOST_SCANS = 64
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_START, _END, _SCAN, _ALONE = 0xD8, 0xD9, 0xDA, 0x01


def has_too_many_scans(data: bytes, *, most: int = MOST_SCANS) -> bool:
    """Whether a decoder would meet more than ``most`` scans; what is behind the picture's end is not it.

    Segments are skipped by their lengths as decoders do: a preview or a film inside one counts nothing.
    """
    at = scans = 0
    while found := _MARKER.search(data, at):
        code, at = found[1][0], found.end()
        if code == _END:
            return False
        if code in {_START, _ALONE}:
            continue
        scans += code == _SCAN
        if scans > most:
            return True
        at += int.from_bytes(data[at : at + 2], "big")
    return False

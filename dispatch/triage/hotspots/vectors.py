"""Messages as rows of numbers: characters and pairs of characters, weighted by how rare they are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from scipy.sparse import csr_matrix

from xiangcun.lib.similarity import letters_of

SMALL = 1000
"""Among fewer messages most words stand in one only, and those are what makes them different; and
rarity is reckoned as among so many: in a quiet month half of all may be about one broken lamp."""
_BLOCK = 128
_LONGEST = 2


def weigh_texts(texts: Sequence[str]) -> csr_matrix:
    """Return one row of length 1 a text (TF-IDF, sublinear), columns in the order of the words."""
    counts = [Counter(_grams(letters_of(text))) for text in texts]
    spread = Counter(chain.from_iterable(counts))
    least = 1 if len(texts) < SMALL else 2
    kept = sorted(gram for gram, messages in spread.items() if messages >= least)
    column = {gram: index for index, gram in enumerate(kept)}
    total = 1 + max(len(texts), SMALL)
    rarity = {gram: math.log(total / (1 + spread[gram])) + 1 for gram in kept}
    data: list[float] = []
    columns: list[int] = []
    ends = [0]
    for row in counts:
        weights = {
            column[gram]: (1 + math.log(times)) * rarity[gram]
            for gram, times in row.items()
            if gram in column
        }
        length = math.hypot(*weights.values()) or 1.0
        columns.extend(weights)
        data.extend(weight / length for weight in weights.values())
        ends.append(len(columns))
    shape = (len(texts), len(kept))
    return csr_matrix((np.array(data, dtype=np.float32), columns, ends), shape=shape)


def alike_pairs(
    parts: Sequence[tuple[float, csr_matrix]], *, floor: float
) -> Iterator[tuple[int, int, float]]:
    """Yield ``(row, later row, likeness)`` of every pair alike enough; weighted sum of cosines.

    A block of rows at a time: the full table of all pairs would not fit into a worker.
    """
    rows = parts[0][1].shape[0]
    for start in range(0, rows, _BLOCK):
        found = sum(share * (matrix[start : start + _BLOCK] @ matrix.T) for share, matrix in parts)
        table = found.tocoo()
        above = (table.data >= floor) & (table.col > table.row + start)
        for row, col, value in zip(
            table.row[above].tolist(), table.col[above].tolist(), table.data[above].tolist(),
            strict=True,
        ):  # fmt: skip
            yield row + start, col, value


def _grams(letters: str) -> Iterator[str]:
    for size in range(1, _LONGEST + 1):
        for start in range(len(letters) - size + 1):
            yield letters[start : start + size]

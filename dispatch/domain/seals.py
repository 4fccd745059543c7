"""Seals of the office's append-only rows; the code is shared with the residents' ledger of points."""

from xiangcun.lib.seals import seal_columns, seal_text

__all__ = ["seal_columns", "seal_text"]

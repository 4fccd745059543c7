"""The dictionary is whole, and the document is the dictionary."""

from __future__ import annotations

from io import StringIO
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from dispatch.summary import computed, measure_words
from dispatch.summary.dictionary import document, entries
from dispatch.summary.kinds import Kind
from dispatch.summary.metrics import METRICS, STOCKS
from dispatch.summary.ratios import FIGURES
from dispatch.summary.spreads import EDGES

PROMISED = [
    "受理量",
    "派单及时率",
    "签收率",
    "响应率",
    "解决率",
    "满意率",
    "评价率",
    "按期办结率",
    "退单率",
    "返工率",
    "延期率",
    "挂账数",
    "重复率",
    "自动派单率",
    "自动派单准确率",
    "重开率",
]


def test_the_document_is_printed_from_the_code() -> None:
    out = StringIO()
    call_command("metrics_table", stdout=out)
    path = Path(settings.BASE_DIR, "docs", "metrics.md")
    assert path.read_text(encoding="utf-8") == out.getvalue() == document()


def test_it_holds_what_was_promised() -> None:
    names = [str(figure.name) for figure in FIGURES.values()]
    assert set(PROMISED) <= set(names)
    assert len(names) == len(set(names))
    assert len(list(entries())) == len(FIGURES)


def test_every_part_is_a_measure_and_every_word_is_there() -> None:
    for figure in FIGURES.values():
        assert figure.formula
        assert figure.unit
        assert set(figure.stocks) <= set(STOCKS.values())
        if not figure.stocks:
            assert figure.part in METRICS
        assert (figure.over in METRICS) == (figure.kind in {Kind.PERCENT, Kind.SCORE})
        if figure.quantile is not None:
            assert METRICS[figure.part].spread
        elif figure.kind is Kind.HOURS:
            assert METRICS[figure.part].timed
    for codes in (measure_words.UNITS, measure_words.DIRECTIONS, measure_words.GROUPS):
        assert set(codes) <= set(METRICS)
    assert len({figure.code for figure in computed.COMPUTED} & set(METRICS)) == 0


def test_ratings_never_stand_without_their_rate() -> None:
    for code in ("satisfied_rate", "solved_rate", "mean_score"):
        assert FIGURES[code].beside == "rating_rate"
        assert "没有评价" in FIGURES[code].explanation


def test_the_error_the_dictionary_admits_is_the_width_of_the_buckets() -> None:
    wide = max((high / low) ** 0.5 - 1 for low, high in pairwise(EDGES[3:]))
    assert wide <= 0.06

"""The category tree and its words as a classifier takes them."""

from __future__ import annotations

from collections import defaultdict

from dispatch.models import LexiconTerm
from dispatch.triage.learned import Leaf
from reports.models import Category


def read_leaves() -> tuple[Leaf, ...]:
    """Return the active leaves with the lexicon's words, by code."""
    terms: dict[int, list[tuple[str, float]]] = defaultdict(list)
    rows = LexiconTerm.objects.filter(is_active=True).order_by("category_id", "term")
    for category_id, term, weight in rows.values_list("category_id", "term", "weight"):
        terms[category_id].append((term, weight))
    leaves = Category.objects.filter(is_active=True, parent__is_active=True).order_by("code")
    return tuple(
        Leaf(code, name, parent_code, parent_name, tuple(terms[pk]))
        for pk, code, name, parent_code, parent_name in leaves.values_list(
            "pk", "code", "name", "parent__code", "parent__name"
        )
    )

"""What the matters are about, and the departments side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from dispatch.summary.cockpit.links import figure_link
from dispatch.summary.cockpit.names import Names
from dispatch.summary.cockpit.shapes import Column, DimensionTile, League, LeagueRow, Node, Shown
from dispatch.summary.cockpit.showing import figure_of, good_of, known
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.metrics import OPENED
from dispatch.summary.ratios import FIGURES, IN_HAND, SMALL_BASE, Sums
from dispatch.summary.scopes import Scope

DIMENSION_FIGURES = (OPENED, IN_HAND, "on_time_rate")
LEAGUE_COLUMNS = (
    "dispatched", IN_HAND, "sign_rate", "on_time_rate", "return_rate", "satisfied_rate", "rating_rate",
)  # fmt: skip


def build_tree(
    by_category: Mapping[int, Sums], names: Names, scope: Scope, sight: Sight
) -> list[Node]:
    """Return what was opened by category, two levels; empty ones are left out."""
    counts = {pk: sums.counts[OPENED] for pk, sums in by_category.items()}
    counts = {pk: count for pk, count in counts.items() if count > 0}
    total = sum(counts.values())
    below: dict[int, list[Node]] = {}
    for pk, count in counts.items():
        row = names.categories.get(pk)
        top = (row.parent_id or row.id) if row else 0
        link = figure_link(OPENED, replace(scope, category_ids=frozenset({pk})), sight)
        below.setdefault(top, []).append(
            {
                "id": pk,
                "code": row.code if row else "",
                "name": row.name if row else _("未分类"),
                "value": count,
                "share": count / total,
                "behind": link,
            }
        )
    nodes = [_top(pk, leaves, names, scope, sight, total=total) for pk, leaves in below.items()]
    return sorted(nodes, key=lambda node: (node["code"] == "", node["code"]))


def _top(
    pk: int, leaves: list[Node], names: Names, scope: Scope, sight: Sight, *, total: int
) -> Node:
    leaves.sort(key=lambda node: (-node["value"], node["code"]))
    if pk == 0:
        return {**leaves[0], "children": []}
    value, row = sum(leaf["value"] for leaf in leaves), names.categories[pk]
    ids = names.leaves_of(pk)
    if scope.category_ids is not None:
        ids &= scope.category_ids
    return {
        "id": pk,
        "code": row.code,
        "name": row.name,
        "value": value,
        "share": value / total,
        "behind": figure_link(OPENED, replace(scope, category_ids=ids), sight),
        "children": leaves,
    }


def build_dimensions(
    by_category: Mapping[int, Sums], names: Names, scope: Scope, sight: Sight
) -> list[DimensionTile]:
    """Return 文教娱康养行便 and 平安, quiet ones included."""
    tiles: list[DimensionTile] = []
    for code, name in names.dimensions.items():
        ids = names.of_dimension[code]
        if scope.category_ids is not None:
            ids &= scope.category_ids
        sums = Sums()
        for pk in ids & by_category.keys():
            sums.merge(by_category[pk])
        own = replace(scope, category_ids=ids)
        figures = [figure_of(figure, sums, own, sight) for figure in known(DIMENSION_FIGURES)]
        tiles.append({"code": code, "name": name, "figures": figures})
    return tiles


def build_league(
    by_department: Mapping[int, Sums], names: Names, scope: Scope, sight: Sight
) -> League:
    """Return the departments that had or have anything, in their usual order, each rate with its rank.

    Nobody is ranked on fewer than ``SMALL_BASE`` cases, nor where there is nobody to be compared with.
    """
    columns = known(LEAGUE_COLUMNS)
    order = {pk: place for place, pk in enumerate(names.departments)}
    found = sorted(
        (pk for pk, sums in by_department.items() if pk in order and sums), key=order.__getitem__
    )
    rows: list[LeagueRow] = []
    for pk in found:
        own = replace(scope, department_ids=frozenset({pk}))
        cells = {code: figure_of(code, by_department[pk], own, sight) for code in columns}
        rows.append({"id": pk, "name": names.department(pk), "cells": cells})
    for code in columns:
        _rank([row["cells"][code] for row in rows], ranked=sight.departments is None)
    return {
        "minimum": SMALL_BASE,
        "columns": [_column(code) for code in columns],
        "rows": rows,
        "note": _("基数少于 %d 件的比率只作参考，不参加排名。") % SMALL_BASE,
    }


def _column(code: str) -> Column:
    figure = FIGURES[code]
    return {
        "code": code,
        "name": str(figure.name),
        "kind": str(figure.kind),
        "good": good_of(figure) if figure.over else None,
        "explanation": figure.explanation,
        "sortable": True,
    }


def _rank(cells: list[Shown], *, ranked: bool) -> None:
    """Give equal values the same place; leave the others without one."""
    for cell in cells:
        cell["rank"] = None
    fit = [cell for cell in cells if _is_rankable(cell)]
    if not ranked or len(fit) < 2:  # noqa: PLR2004 - nobody to be compared with
        return
    values = [cell["value"] or 0 for cell in fit]
    for cell in fit:
        own = cell["value"] or 0
        better = (v > own if cell["good"] == "high" else v < own for v in values)
        cell["rank"] = 1 + sum(better)


def _is_rankable(cell: Shown) -> bool:
    enough = cell["base"] is not None and cell["base"] >= SMALL_BASE
    return enough and cell["good"] is not None and cell["value"] is not None

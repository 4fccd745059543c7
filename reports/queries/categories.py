"""The category tree, kept in the process for a few seconds: every report needs it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from reports.models import Category

CACHE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DimensionTag:
    """One of 文教娱康养行便 or 平安."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category as the resident sees it; only a leaf (a node with a parent) can be chosen."""

    id: int
    code: str
    name: str
    parent_code: str
    photo_required: bool
    confidential: bool
    safety_prompt: str
    duplicate_radius_m: int
    dimensions: tuple[DimensionTag, ...]

    @property
    def is_leaf(self) -> bool:
        """Whether a report can be about it."""
        return bool(self.parent_code)


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """All active categories, by code and in order; ``etag`` changes with any of them."""

    nodes: Mapping[str, CategoryNode] = field(default_factory=dict)
    ids: Mapping[int, CategoryNode] = field(default_factory=dict)
    etag: str = ""

    def leaf(self, code: str) -> CategoryNode | None:
        """Return the leaf of this code, ``None`` for an unknown code or a top level."""
        node = self.nodes.get(code)
        return node if node is not None and node.is_leaf else None

    def by_id(self, category_id: int) -> CategoryNode | None:
        """Return the node of a row's primary key, ``None`` when it is not active."""
        return self.ids.get(category_id)

    def roots(self) -> list[CategoryNode]:
        """Return the top level in order."""
        return [node for node in self.nodes.values() if not node.is_leaf]

    def children(self, code: str) -> list[CategoryNode]:
        """Return the leaves under a top-level code in order."""
        return [node for node in self.nodes.values() if node.parent_code == code]


class _Kept:
    """The process's copy of the tree and the monotonic second it is good until."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tree = CategoryTree()
        self.until = 0.0


_kept = _Kept()


def category_tree() -> CategoryTree:
    """Return the tree, at most ``CACHE_SECONDS`` old; costs two queries when it has to be read."""
    if time.monotonic() < _kept.until:
        return _kept.tree
    with _kept.lock:
        if time.monotonic() >= _kept.until:
            _kept.tree = _read_tree()
            _kept.until = time.monotonic() + CACHE_SECONDS
        return _kept.tree


def forget_tree() -> None:
    """Read the tree anew next time; an editor in this process sees the change at once."""
    _kept.until = 0.0


def _read_tree() -> CategoryTree:
    rows = list(
        Category.objects.filter(is_active=True)
        .select_related("parent")
        .prefetch_related("dimensions")
        .order_by("order", "code")
    )
    tags = {
        row.pk: tuple(DimensionTag(tag.code, tag.name) for tag in row.dimensions.all())
        for row in rows
    }
    nodes = {
        row.code: CategoryNode(
            id=row.pk,
            code=row.code,
            name=row.name,
            parent_code=row.parent.code if row.parent else "",
            photo_required=row.photo_required,
            confidential=row.confidential,
            safety_prompt=row.safety_prompt,
            duplicate_radius_m=row.duplicate_radius_m,
            dimensions=tags[row.pk],
        )
        for row in rows
        if row.parent is None or row.parent.is_active
    }
    described = json.dumps([asdict(node) for node in nodes.values()], ensure_ascii=False)
    ids = {node.id: node for node in nodes.values()}
    return CategoryTree(nodes, ids, hashlib.sha256(described.encode()).hexdigest()[:32])

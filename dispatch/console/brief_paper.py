"""A brief's paper as parts that a template draws; charts as ECharts data, the same as in the files."""

from __future__ import annotations

from typing import Any

from dispatch.summary.briefs.document import Document, Grid, Heading, Para


def paper_parts(document: Document) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the parts (``kind`` says which template piece) and the charts by their element's id."""
    parts: list[dict[str, Any]] = []
    charts: dict[str, Any] = {}
    for part in document.parts:
        if isinstance(part, Heading):
            parts.append({"kind": "heading", "text": part.text})
        elif isinstance(part, Para):
            parts.append({"kind": "note" if part.note else "para", "text": part.text})
        elif isinstance(part, Grid):
            parts.append({"kind": "table", "grid": part})
        else:
            chart = dict(part.chart)
            element = f"brief-chart-{chart['code']}"
            parts.append({"kind": "chart", "id": element, "title": chart["title"]})
            charts[element] = {**chart, "stack": False}
    return parts, charts

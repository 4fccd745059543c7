"""The documented table is the table."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from dispatch.management.commands.workflow_table import table


def test_the_document_shows_the_table_of_the_code() -> None:
    document = Path(settings.BASE_DIR, "docs", "workflow.md").read_text(encoding="utf-8")
    assert table() in document

"""What an issue is called and where it is found."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from dispatch.models import Brief


def span_text(first: date, last: date) -> str:
    """Return e.g. ``11月16日—11月22日``; one day is itself."""
    days = f"{first.month}月{first.day}日"
    return days if first == last else f"{days}—{last.month}月{last.day}日"


def title_of(brief: Brief) -> str:
    """Return e.g. ``周报第 47 期（11月16日—11月22日）``."""
    days = span_text(brief.first, brief.last)
    return f"{brief.get_kind_display()}第 {brief.serial} 期（{days}）"


def brief_url(brief: Brief) -> str:
    """Return the path of the issue's page."""
    return reverse("brief", args=(brief.pk,))

"""Pages over large tables without counting them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from dispatch.console.wording import count_text
from dispatch.queries.tickets import COUNT_CAP


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Counts at most ``COUNT_CAP`` rows; whoever needs older ones narrows the list."""

    template_name = "admin/dispatch/ticket/pagination.html"

    @cached_property
    def count(self) -> int:
        """The capped number of rows (one query that reads at most that many index entries)."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin pages querysets
        return rows.values("pk")[
            :COUNT_CAP
        ].count()  # without what is worked out for each row shown

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than the pages reach."""
        return self.count >= COUNT_CAP

    @property
    def count_label(self) -> str:
        """The count as the screen shows it."""
        return count_text(self.count, COUNT_CAP)

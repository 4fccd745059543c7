"""Rollups of the ledger."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """How often a metric happened on a day, for a category, a department and a grid.

    ``day`` is the Asia/Shanghai date. Ids are 0 where there is none, so that one plain unique key
    holds on every database. ``count`` may be negative: stock metrics (``status:…``) add and take away,
    and the stock is the sum over all days. ``minutes`` sums durations of duration metrics.
    """

    day = models.DateField(_("日期"))
    metric = models.CharField(_("指标"), max_length=40)
    category_id = models.BigIntegerField(_("事项分类"), default=0)
    department_id = models.BigIntegerField(_("部门"), default=0)
    grid_id = models.BigIntegerField(_("网格"), default=0)
    count = models.BigIntegerField(_("数量"), default=0)
    minutes = models.BigIntegerField(_("分钟"), default=0)

    class Meta:
        verbose_name = _("统计")
        verbose_name_plural = _("统计")
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "day", "category_id", "department_id", "grid_id"],
                name="tally_cell_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.metric} {self.count}"

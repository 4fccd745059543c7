"""Rollups of the ledger: sums by day or month and by place, so that no figure ever scans tickets."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.enums.measures import COUNT_COLUMNS, MINUTE_COLUMNS, SPREAD_COLUMNS


class RollupKey(models.Model):
    """Of which days and places a row holds the sums.

    ``cube`` says whether ``period`` is a day or a month (its first day), and which of category,
    department and grid the row tells apart (``dispatch.summary.cubes``). Among the ids −1 stands for
    "all together" and 0 for "none", so that one plain key holds on every database. Days are
    Asia/Shanghai dates.
    """

    pk = models.CompositePrimaryKey("cube", "period", "category_id", "department_id", "grid_id")
    cube = models.SmallIntegerField(_("汇总方式"))
    period = models.DateField(_("日期"))
    category_id = models.IntegerField(_("事项分类"))
    department_id = models.IntegerField(_("部门"))
    grid_id = models.IntegerField(_("网格"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        place = (self.category_id, self.department_id, self.grid_id)
        return f"{self.cube} {self.period} {place}"


class Rollup(RollupKey):
    """One nullable column a measure (``dispatch.enums.measures``); NULL is 0 and takes no room.

    Counts may be negative: stock columns add and take away, and the stock is the sum over all days.
    """

    class Meta:
        verbose_name = _("统计")
        verbose_name_plural = _("统计")


class RollupSpread(RollupKey):
    """How many durations fell into which bucket: apart, because most figures do without."""

    class Meta:
        verbose_name = _("用时分布")
        verbose_name_plural = _("用时分布")


for _name in COUNT_COLUMNS:
    Rollup.add_to_class(_name, models.IntegerField(null=True))
for _name in MINUTE_COLUMNS:  # a month of a township is more than 2³¹ minutes
    Rollup.add_to_class(_name, models.BigIntegerField(null=True))
for _name in SPREAD_COLUMNS:
    RollupSpread.add_to_class(_name, models.IntegerField(null=True))

"""Where a made-up history may be: never among real reports."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from dispatch.simulation.cast import DOOR
from reports.models import Report
from xiangcun.lib.errors import ConflictError


def has_history() -> bool:
    """Whether there are example reports."""
    return Report.objects.filter(resident__openid__startswith=DOOR).exists()


def has_real_reports() -> bool:
    """Whether somebody has reported something; a report that is nobody's counts."""
    real = ~Q(resident__openid__startswith=DOOR) | Q(resident__openid__isnull=True)
    return Report.objects.filter(real).exists()


def check_place(*, force: bool, clearing: bool) -> None:
    """Raise ``ConflictError`` unless this database may be filled, or cleared of examples."""
    if settings.PRODUCTION:
        raise ConflictError("production", "正式环境不能生成或清除示例数据")
    if clearing:
        return
    if has_history():
        raise ConflictError("history_exists", "已有示例数据，请先运行 manage.py simulate --clear")
    if has_real_reports() and not force:
        message = "已有其他上报，示例数据会混在其中；确要生成请加 --force"
        raise ConflictError("real_reports", message)

"""Words of what leaves the office: file formats, the county's scopes, published data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportFormat(models.TextChoices):
    """What an export is written as."""

    XLSX = "xlsx", _("Excel 表格（.xlsx）")
    CSV = "csv", _("CSV 文本（.csv）")


class ApiScope(models.TextChoices):
    """What a token of the county's interface may read; each names one thing."""

    SUMMARY = "summary", _("统计数字（指标、汇总、趋势）")
    HOTSPOTS = "hotspots", _("热点（不含居民原话）")
    HOTSPOT_WORDS = "hotspot_words", _("热点的代表内容（居民原话，已遮盖联系方式）")
    TICKETS = "tickets", _("去标识工单清单")


class ReleaseStatus(models.TextChoices):
    """Whether anybody may read a month of open data."""

    PUBLISHED = "published", _("已公开")
    WITHDRAWN = "withdrawn", _("已撤下")
    REPLACED = "replaced", _("已被更正版代替")

"""Words of the township's briefs 简报."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BriefKind(models.TextChoices):
    """How long a brief looks back."""

    DAY = "day", _("日报")
    WEEK = "week", _("周报")
    MONTH = "month", _("月报")


class BriefStatus(models.TextChoices):
    """How far a brief is; which step leads where is ``dispatch.domain.brief_steps``."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待签发")
    PUBLISHED = "published", _("已签发")
    SENT = "sent", _("已发送")
    WITHDRAWN = "withdrawn", _("已撤回")


SIGNED_STATUSES = frozenset({BriefStatus.PUBLISHED, BriefStatus.SENT})


class BriefStep(models.TextChoices):
    """What people and the system do to a brief; the label is what a button or the record says."""

    BUILD = "build", _("生成")
    EDIT = "edit", _("修改")
    REFRESH = "refresh", _("重新取数")
    SUBMIT = "submit", _("提交签发")
    SEND_BACK = "send_back", _("退回修改")
    SIGN = "sign", _("签发")
    WITHDRAW = "withdraw", _("撤回")
    REOPEN = "reopen", _("重新起草")


class BriefFormat(models.TextChoices):
    """As what a brief is handed out."""

    DOCX = "docx", _("Word 文档")
    PDF = "pdf", _("PDF 文件")
    XLSX = "xlsx", _("Excel 表格")


class BriefFileState(models.TextChoices):
    """Where the drawing of one file is."""

    WAITING = "waiting", _("排队中")
    DRAWING = "drawing", _("正在生成")
    DONE = "done", _("已生成")
    FAILED = "failed", _("生成失败")

"""Words around the work: notifications, audit, exports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationKind(models.TextChoices):
    """What staff are told about; people choose by kind what also comes by mail."""

    ALARM = "alarm", _("特急警报")
    TASK = "task", _("派单与返工")
    CARD = "card", _("黄牌、红牌与督办")
    URGED = "urged", _("居民催办与补充")
    REQUEST = "request", _("待批申请")
    DECISION = "decision", _("审批结果")
    ROOM = "room", _("退回、重开与待核查")
    MENTION = "mention", _("备注提到我")
    DIGEST = "digest", _("每日汇总")
    BRIEF = "brief", _("简报")
    SYSTEM = "system", _("系统消息")


class NotificationChannel(models.TextChoices):
    """How a notification reaches somebody."""

    INBOX = "inbox", _("站内消息")
    WECOM = "wecom", _("企业微信群机器人")
    DINGTALK = "dingtalk", _("钉钉群机器人")
    EMAIL = "email", _("电子邮件")


ROBOT_CHANNELS = frozenset({NotificationChannel.WECOM, NotificationChannel.DINGTALK})


class NotificationState(models.TextChoices):
    """What became of one notification on its way out."""

    QUEUED = "queued", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已送达")
    STUCK = "stuck", _("发送失败")
    SKIPPED = "skipped", _("不再发送")


class AuditAction(models.TextChoices):
    """What people did with the system itself, and with what they may not see without a reason."""

    SIGN_IN = "sign_in", _("登录")
    SIGN_IN_FAILED = "sign_in_failed", _("登录失败")
    LOCKED_OUT = "locked_out", _("登录锁定")
    UNLOCKED = "unlocked", _("解除锁定")
    SIGN_OUT = "sign_out", _("退出")
    IDLE_LOGOUT = "idle_logout", _("闲置退出")
    PASSWORD_CHANGED = "password_changed", _("修改密码")
    SECOND_FACTOR_SET = "second_factor_set", _("绑定动态口令")
    SECOND_FACTOR_RESET = "second_factor_reset", _("重置动态口令")
    SESSION_REVOKED = "session_revoked", _("下线会话")
    UNMASK = "unmask", _("查看联系方式")
    PHONE_SEARCH = "phone_search", _("按电话查找")
    EXPORT = "export", _("导出")
    PRINT = "print", _("打印")
    ORIGINAL_PHOTO = "original_photo", _("查看原始照片")
    ACCOUNT_CHANGED = "account_changed", _("账号变更")
    SEAT_CHANGED = "seat_changed", _("岗位变更")
    SETTINGS_CHANGED = "settings_changed", _("设置变更")
    CALENDAR_CHANGED = "calendar_changed", _("日历变更")
    NOTIFICATION_RESENT = "notification_resent", _("重发通知")
    BULK_ACTION = "bulk_action", _("批量操作")
    PUBLISHED = "published", _("公开事项")
    UNPUBLISHED = "unpublished", _("取消公开")
    PHOTO_RELEASED = "photo_released", _("公开照片")
    PHOTO_REDACTED = "photo_redacted", _("遮盖照片")
    RESIDENT_BLOCKED = "resident_blocked", _("限制上报人")
    RESIDENT_UNBLOCKED = "resident_unblocked", _("解除限制")
    MESSAGE_RESENT = "message_resent", _("重发居民消息")
    POSTER = "poster", _("打印网格海报")
    GUARDIAN = "guardian", _("登记监护人同意")
    KIOSK = "kiosk", _("大屏链接")
    BRIEF = "brief", _("简报")
    API_TOKEN = "api_token", _("数据接口令牌")
    OPEN_DATA = "open_data", _("开放数据")
    GUIDE = "guide", _("便民服务")
    BULLETIN = "bulletin", _("公告")
    VOICE = "voice", _("民意话题和投票")
    VOLUNTEERS = "volunteers", _("志愿者与积分")


class AuditOutcome(models.TextChoices):
    """Whether what was tried happened."""

    OK = "ok", _("成功")
    REFUSED = "refused", _("被拒绝")


class ReplyField(models.TextChoices):
    """Which box of an action's form a standard reply fills."""

    PUBLIC_TEXT = "public_text", _("给居民的答复")
    NOTE = "note", _("说明")


class ExportStatus(models.TextChoices):
    """Where an export is."""

    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("正在导出")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("已过期")

"""Closed vocabularies of the office's world. Stored values are full English words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TicketStatus(models.TextChoices):
    """States of a ticket; which action leads where is ``dispatch.domain.workflow``."""

    ASSESSING = "assessing", _("待研判")
    NEED_INFO = "need_info", _("待补充")
    REJECTED = "rejected", _("不予受理")
    MERGED = "merged", _("已并案")
    DISPATCHED = "dispatched", _("待签收")
    ESCALATED = "escalated", _("上报区级")
    HANDLING = "handling", _("处置中")
    SUSPENDED = "suspended", _("挂账")
    HANDLED = "handled", _("待核查")
    AWAITING_RATING = "awaiting_rating", _("待评价")
    CLOSED = "closed", _("办结")
    ARCHIVED = "archived", _("已归档")
    WITHDRAWN = "withdrawn", _("已撤回")


FINAL_STATUSES = frozenset({TicketStatus.ARCHIVED, TicketStatus.WITHDRAWN})
OPEN_STATUSES = (
    TicketStatus.ASSESSING,
    TicketStatus.NEED_INFO,
    TicketStatus.DISPATCHED,
    TicketStatus.ESCALATED,
    TicketStatus.HANDLING,
    TicketStatus.SUSPENDED,
    TicketStatus.HANDLED,
)

ON_SITE_STATUSES = (
    TicketStatus.DISPATCHED,
    TicketStatus.ESCALATED,
    TicketStatus.HANDLING,
    TicketStatus.SUSPENDED,
    TicketStatus.HANDLED,
    TicketStatus.AWAITING_RATING,
    TicketStatus.CLOSED,
    TicketStatus.ARCHIVED,
)
"""What a grid officer may read in their grids: matters that the command room has assessed."""


class TicketAction(models.TextChoices):
    """Everything that can happen to a ticket. The label is what a button says."""

    OPEN = "open", _("立案")
    ATTACH = "attach", _("并入上报")
    DETACH = "detach", _("移出上报")
    ASK = "ask", _("要求补充")
    ANSWER = "answer", _("居民补充")
    EXPIRE_INFO = "expire_info", _("补充超时")
    REJECT = "reject", _("不予受理")
    APPEAL = "appeal", _("居民申诉")
    MERGE = "merge", _("并案")
    UNMERGE = "unmerge", _("撤销并案")
    DISPATCH = "dispatch", _("派单")
    ESCALATE = "escalate", _("上报区级")
    REPORT_BACK = "report_back", _("登记区级结果")
    TAKE_BACK = "take_back", _("区级退回")
    ACCEPT = "accept", _("签收")
    RETURN = "return", _("退单")
    REQUEST_EXTENSION = "request_extension", _("申请延期")
    GRANT_EXTENSION = "grant_extension", _("同意延期")
    DENY_EXTENSION = "deny_extension", _("不同意延期")
    REQUEST_SUSPENSION = "request_suspension", _("申请挂账")
    GRANT_SUSPENSION = "grant_suspension", _("同意挂账")
    DENY_SUSPENSION = "deny_suspension", _("不同意挂账")
    RESUME = "resume", _("恢复办理")
    FINISH = "finish", _("办理完成")
    REWORK = "rework", _("返工")
    VERIFY = "verify", _("核查通过")
    REPLY = "reply", _("答复居民")
    RATE = "rate", _("居民评价")
    RATE_JOINED = "rate_joined", _("居民评价（并案）")
    CLOSE_UNRATED = "close_unrated", _("到期办结")
    REOPEN = "reopen", _("重新打开")
    WITHDRAW = "withdraw", _("居民撤回")
    WITHDRAW_JOINED = "withdraw_joined", _("居民撤回（并案）")
    ARCHIVE = "archive", _("归档")
    SUPPLEMENT = "supplement", _("居民补充说明")
    URGE = "urge", _("居民催办")
    ASK_LEAD = "ask_lead", _("居民请值班领导复核")
    SUPERVISE = "supervise", _("督办")
    ANSWER_SUPERVISION = "answer_supervision", _("督办回复")
    SPLIT = "split", _("拆分子工单")
    YELLOW_CARD = "yellow_card", _("黄牌预警")
    RED_CARD = "red_card", _("红牌超期")
    REVIEW_SUSPENSION = "review_suspension", _("挂账到期复核")
    EXTEND_SUSPENSION = "extend_suspension", _("继续挂账")
    CANCEL_CHILD = "cancel_child", _("取消子工单")
    RECOMPUTE_DUE = "recompute_due", _("期限重算")
    UNMASK = "unmask", _("查看联系方式")
    NOTE = "note", _("内部备注")


class Role(models.TextChoices):
    """In what capacity somebody acts."""

    RESIDENT = "resident", _("居民")
    GRID = "grid", _("网格员")
    DISPATCHER = "dispatcher", _("指挥室坐席")
    LEAD = "lead", _("值班领导")
    HANDLER = "handler", _("部门经办")
    HEAD = "head", _("部门负责人")
    VERIFIER = "verifier", _("核查员")
    AUDITOR = "auditor", _("审计员")
    ADMINISTRATOR = "administrator", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    LEADERSHIP = "leadership", _("街道领导")
    SYSTEM = "system", _("系统")


STAFF_ROLES = (
    Role.GRID,
    Role.DISPATCHER,
    Role.LEAD,
    Role.HANDLER,
    Role.HEAD,
    Role.VERIFIER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.SECURITY,
    Role.LEADERSHIP,
)
COMMAND_ROLES = frozenset({Role.DISPATCHER, Role.LEAD, Role.VERIFIER, Role.AUDITOR})
DEPARTMENT_ROLES = frozenset({Role.HANDLER, Role.HEAD})
OFFICE_ROLES = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR})
"""The three who run the system 三员: nobody holds two of them, nor one of them beside other work."""
MODEL_ROLES = frozenset({Role.LEAD, Role.ADMINISTRATOR})
"""Who decides which classifier is in use."""


class Visibility(models.TextChoices):
    """Who may read an event's note."""

    PUBLIC = "public", _("公开")
    REPORTER = "reporter", _("上报人可见")
    INTERNAL = "internal", _("内部")


class ModelStatus(models.TextChoices):
    """What became of a trained version of the classifier."""

    CHALLENGER = "challenger", _("待启用")
    CHAMPION = "champion", _("使用中")
    RETIRED = "retired", _("已替换")
    REJECTED = "rejected", _("未采用")
    BROKEN = "broken", _("文件损坏")


class ModelAction(models.TextChoices):
    """What people and the system do about the classifier; the label is what a button says."""

    ENABLE = "enable", _("启用此版本")
    ROLL_BACK = "roll_back", _("退回上一版本")
    SWITCH_OFF = "switch_off", _("停用模型，改用词表")
    TRAIN = "train", _("立即训练")
    SETTINGS = "settings", _("修改研判设置")
    FALL = "fall", _("模型失效，改用词表")


class LabelSource(models.TextChoices):
    """How a ticket came to the category that training believes."""

    CORRECTED = "corrected", _("改判")
    CHOSEN = "chosen", _("判定")
    CONFIRMED = "confirmed", _("确认")
    HANDLED = "handled", _("自动派单已办结")


class Outcome(models.TextChoices):
    """How a department says it ended."""

    SOLVED = "solved", _("已解决")
    PARTLY = "partly", _("部分解决")
    EXPLAINED = "explained", _("已解释说明")
    NOT_FOUND = "not_found", _("现场未发现")
    TEMPORARY = "temporary", _("已临时处置")


PHYSICAL_OUTCOMES = frozenset({Outcome.SOLVED, Outcome.PARTLY, Outcome.TEMPORARY})


class RejectReason(models.TextChoices):
    """Why a case is not for this township; the resident reads label and text."""

    NOT_OUR_AREA = "not_our_area", _("不在本街道辖区")
    PETITION = "petition", _("信访事项，请走信访渠道")
    LITIGATION = "litigation", _("已进入诉讼、仲裁或复议")
    DISCIPLINE = "discipline", _("纪检监察事项，请走纪检渠道")
    POLICE = "police", _("警情，请拨打 110")
    INSUFFICIENT = "insufficient", _("信息不足，无法办理")
    NOT_A_CASE = "not_a_case", _("无实际诉求")


class ReturnReason(models.TextChoices):
    """Why a department gives a ticket back."""

    NOT_OUR_DUTY = "not_our_duty", _("不属于本单位职责")
    NOT_OUR_AREA = "not_our_area", _("不在本单位管辖范围")
    WRONG_CATEGORY = "wrong_category", _("事项分类有误")
    NEEDS_OTHERS = "needs_others", _("需其他单位牵头")


class Card(models.TextChoices):
    """How near or far past its deadline a ticket is, as the timer has last marked it."""

    YELLOW = "yellow", _("黄牌")
    RED = "red", _("红牌")


class AssignmentKind(models.TextChoices):
    """A department's part in a ticket."""

    LEAD = "lead", _("主办")
    ASSIST = "assist", _("协办")


class LimitStage(models.TextChoices):
    """Which span of work a limit bounds."""

    ASSESS = "assess", _("研判派单")
    SIGN = "sign", _("签收")
    HANDLE = "handle", _("处置")


class LimitUnit(models.TextChoices):
    """How the minutes of a limit are counted."""

    WORK = "work_hours", _("工作时间")
    NATURAL = "natural_hours", _("自然时间")


class CalendarDayType(models.TextChoices):
    """What kind of day a calendar row declares."""

    WORKDAY = "workday", _("工作日")
    HOLIDAY = "holiday", _("节假日")
    MAKEUP = "makeup", _("调休上班")
    CLOSURE = "closure", _("停工（台风等）")


class CalendarChangeKind(models.TextChoices):
    """What somebody did to the calendar."""

    DAYS = "days", _("设置日期")
    IMPORT = "import", _("导入放假安排")


class CalendarChangeStatus(models.TextChoices):
    """How far the open due dates have followed a change of the calendar."""

    WAITING = "waiting", _("正在重算期限")
    SETTLING = "settling", _("等待复核")
    DONE = "done", _("已完成")


class DayScope(models.TextChoices):
    """On which days a routing rule applies."""

    ANY = "any", _("每天")
    WORKDAY = "workday", _("工作日")
    RESTDAY = "restday", _("休息日")
    HOLIDAY = "holiday", _("法定节假日")
    MAKEUP = "makeup", _("调休上班日")


class GridImportStatus(models.TextChoices):
    """What became of an uploaded map."""

    PENDING = "pending", _("待确认")
    APPLIED = "applied", _("已导入")
    DISCARDED = "discarded", _("已放弃")


class Hazard(models.TextChoices):
    """What kind of danger a danger word tells of; it decides which number the resident dials first."""

    GAS = "gas", _("燃气泄漏")
    FIRE = "fire", _("火情")
    ELECTRIC = "electric", _("用电、断线")
    COLLAPSE = "collapse", _("坍塌、滑坡")
    FALLING = "falling", _("倒伏、坠物")
    ROAD = "road", _("道路、井盖")
    WATER = "water", _("溺水、洪涝")
    TRAPPED = "trapped", _("人员被困")
    INJURY = "injury", _("伤病")
    POISON = "poison", _("中毒")
    CHEMICAL = "chemical", _("危险化学品")
    ANIMAL = "animal", _("犬、蜂、蛇")
    CRIME = "crime", _("治安")
    LIFE = "life", _("轻生")
    ALONE = "alone", _("独居老人异常")
    MISSING = "missing", _("人员走失")
    SUPPLY = "supply", _("停水停电、污染")


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

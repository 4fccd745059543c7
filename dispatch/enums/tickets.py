"""Words of the work itself: tickets, people, rules, calendar."""

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

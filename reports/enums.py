"""Closed vocabularies of the resident's world. Stored values are full English words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    """What a resident wants to say."""

    PROBLEM = "problem", _("问题")
    OPINION = "opinion", _("意见建议")
    CONSULTATION = "consultation", _("咨询")
    PRAISE = "praise", _("表扬")


class CoordinateSystem(models.TextChoices):
    """The coordinate system a client declares; values equal ``xiangcun.lib.geo``'s."""

    WGS84 = "wgs84", "WGS-84"
    GCJ02 = "gcj02", "GCJ-02"
    BD09 = "bd09", "BD-09"


class LocationSource(models.TextChoices):
    """How the client came to the point."""

    GPS = "gps", _("手机定位")
    PICKED = "picked", _("地图选点")
    EXIF = "exif", _("照片位置")
    TEXT = "text", _("文字描述")


class Channel(models.TextChoices):
    """Through which door a report came in."""

    MINIPROGRAM = "miniprogram", _("微信小程序")
    H5 = "h5", _("手机网页")
    GRID = "grid", _("网格员")
    IMPORT = "import", _("批量导入")
    OPEN311 = "open311", "Open311"


class PublicStatus(models.TextChoices):
    """What the resident sees of a case; the office's states are in ``dispatch.enums``."""

    RECEIVED = "received", _("已受理")
    PROCESSING = "processing", _("处置中")
    NEED_INFO = "need_info", _("待补充")
    AWAITING_RATING = "awaiting_rating", _("待评价")
    CLOSED = "closed", _("已办结")
    REJECTED = "rejected", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")

    @property
    def word(self) -> str:
        """Return the resident's word: 处置中 is the office's, and nobody goes out to a letter."""
        return str(_("办理中") if self is PublicStatus.PROCESSING else self.label)


class ResidentAction(models.TextChoices):
    """What a resident may do with a report after sending it."""

    SUPPLEMENT = "supplement", _("补充")
    WITHDRAW = "withdraw", _("撤回")
    URGE = "urge", _("催办")
    RATE = "rate", _("评价")
    REOPEN = "reopen", _("重新打开")
    ASK_LEAD = "ask_lead", _("请值班领导复核")


class UpdateKind(models.TextChoices):
    """Why a line stands in the resident's timeline: what the resident did, then what the office did.

    ``PROGRESS`` is whatever has no word of its own, and every line written before the others existed.
    """

    SUBMITTED = "submitted", _("已提交")
    PROGRESS = "progress", _("办理进展")
    SUPPLEMENT = "supplement", _("补充")
    WITHDRAW = "withdraw", _("撤回")
    URGE = "urge", _("催办")
    RATE = "rate", _("评价")
    REOPEN = "reopen", _("重新打开")
    APPEAL = "appeal", _("申诉")
    ASK_LEAD = "ask_lead", _("请值班领导复核")
    ASKED = "asked", _("请您补充")
    INFO_EXPIRED = "info_expired", _("补充超时")
    DISPATCHED = "dispatched", _("已派单")
    REDISPATCHED = "redispatched", _("重新派单")
    RETURNED = "returned", _("退回，重新派单")
    ACCEPTED = "accepted", _("已签收")
    EXTENDED = "extended", _("办理延期")
    SUSPENDED = "suspended", _("挂账")
    RESUMED = "resumed", _("恢复办理")
    ESCALATED = "escalated", _("上报区级")
    TAKEN_BACK = "taken_back", _("区级退回")
    MERGED = "merged", _("合并办理")
    SEPARATED = "separated", _("单独办理")
    REJECTED = "rejected", _("不予受理")
    REASSESSING = "reassessing", _("重新研判")
    FINISHED = "finished", _("办理结果")
    REPLIED = "replied", _("已答复")
    CLOSED = "closed", _("已办结")
    DUE_MOVED = "due_moved", _("期限调整")


class PhotoStatus(models.TextChoices):
    """Where a photo is on its way to the renditions."""

    PENDING = "pending", _("处理中")
    READY = "ready", _("可查看")
    BROKEN = "broken", _("照片损坏")


class ResidentRole(models.TextChoices):
    """Who uses the resident API."""

    RESIDENT = "resident", _("居民")
    GRID = "grid", _("网格员")


class Urgency(models.TextChoices):
    """P0 is the most urgent; limits per urgency are in ``dispatch.models.HandlingLimit``."""

    P0 = "P0", _("特急")
    P1 = "P1", _("紧急")
    P2 = "P2", _("一般")
    P3 = "P3", _("复杂")


class DimensionCode(models.TextChoices):
    """The seven dimensions 文教娱康养行便 and the base layer 平安."""

    CULTURE = "culture", _("文")
    EDUCATION = "education", _("教")
    RECREATION = "recreation", _("娱")
    HEALTH = "health", _("康")
    CARE = "care", _("养")
    TRAVEL = "travel", _("行")
    CONVENIENCE = "convenience", _("便")
    SAFETY = "safety", _("平安")


DIMENSION_TITLES = {
    DimensionCode.CULTURE: _("文化"),
    DimensionCode.EDUCATION: _("教育"),
    DimensionCode.RECREATION: _("娱乐"),
    DimensionCode.HEALTH: _("健康"),
    DimensionCode.CARE: _("养老"),
    DimensionCode.TRAVEL: _("出行"),
    DimensionCode.CONVENIENCE: _("便民"),
    DimensionCode.SAFETY: _("平安"),
}
"""The dimensions in a resident's words: one character says nothing to who does not know the seven."""


class Publication(models.TextChoices):
    """Whether the public may see a case that the office would show: the gate before ``published_at``."""

    PENDING = "pending", _("检查中")
    CLEAR = "clear", _("检查通过")
    REVIEW = "review", _("待人工审核")
    APPROVED = "approved", _("人工同意公开")
    WITHHELD = "withheld", _("不公开")
    REFUSED = "refused", _("居民不同意公开")


class PublicPhotoKind(models.TextChoices):
    """When a released photo was taken."""

    BEFORE = "before", _("处置前")
    AFTER = "after", _("处置后")


class CheckState(models.TextChoices):
    """What became of one check of a text or a picture by the platform."""

    WAITING = "waiting", _("待检查")
    ASKED = "asked", _("等待结果")
    PASSED = "passed", _("通过")
    REVIEW = "review", _("需人工复核")
    RISKY = "risky", _("疑似违规")
    UNAVAILABLE = "unavailable", _("未能检查")


class WithholdReason(models.TextChoices):
    """Why the public does not see a case."""

    PRIVATE = "private", _("涉及个人隐私")
    PERSON = "person", _("点名指责他人，事实未明")
    OFFENSIVE = "offensive", _("内容不文明或违规")
    SENSITIVE = "sensitive", _("公开后可能影响处置")
    ASKED = "asked", _("当事人要求不公开")
    OTHER = "other", _("其他")


class MessageTemplate(models.TextChoices):
    """What residents are told of their reports; the words are in ``reports.domain.message_words``."""

    DISPATCHED = "dispatched", _("已派单")
    REDISPATCHED = "redispatched", _("重新派单")
    ACCEPTED = "accepted", _("已签收")
    JOINED = "joined", _("合并办理")
    SEPARATED = "separated", _("单独办理")
    NEED_INFO = "need_info", _("请补充")
    EXTENDED = "extended", _("期限调整")
    SUSPENDED = "suspended", _("暂缓办理")
    RESUMED = "resumed", _("恢复办理")
    RETURNED = "returned", _("另派单位")
    ESCALATED = "escalated", _("上报区级")
    REJECTED = "rejected", _("不予受理")
    REPLIED = "replied", _("请评价")
    CLOSED_UNRATED = "closed_unrated", _("已办结")
    REOPENED = "reopened", _("重新打开")
    APPEALED = "appealed", _("申诉复核")
    REMIND_INFO = "remind_info", _("待您补充")
    REMIND_RATING = "remind_rating", _("待您评价")
    PRAISED = "praised", _("已转达")
    POINTS_TAKEN = "points_taken", _("积分扣回")
    POINTS_EXPIRING = "points_expiring", _("积分将到期")
    REWARD_EXPIRED = "reward_expired", _("兑换已取消")
    PATROL_CANCELLED = "patrol_cancelled", _("巡查已取消")


class MessageChannel(models.TextChoices):
    """By which way a message leaves the house; the inbox is the message itself."""

    WECHAT = "wechat", _("微信")
    SMS = "sms", _("短信")


class DeliveryState(models.TextChoices):
    """Where a delivery is; ``skipped`` is a normal end, ``stuck`` waits for staff."""

    QUEUED = "queued", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已送达")
    SKIPPED = "skipped", _("无需发送")
    STUCK = "stuck", _("发送失败")


class GrantKind(models.TextChoices):
    """What changed how many subscribe messages a person may still be sent."""

    ACCEPT = "accept", _("同意")
    REJECT = "reject", _("拒绝")
    BAN = "ban", _("关闭")
    USED = "used", _("已用")
    EMPTY = "empty", _("额度用完")
    CARRIED = "carried", _("结转")


class SmsPurpose(models.TextChoices):
    """Why a text message was sent."""

    CODE = "code", _("验证码")
    NOTICE = "notice", _("进展提醒")


class ConsentKind(models.TextChoices):
    """What a resident says yes or no to, one by one (PIPL articles 14, 25, 29, 31)."""

    PRIVACY = "privacy", _("隐私说明")
    LOCATION = "location", _("使用位置")
    PHOTO = "photo", _("使用照片")
    PHONE = "phone", _("留联系电话")
    PUBLICATION = "publication", _("公开办理情况")
    NOTICES = "notices", _("接收进度通知")
    GUARDIAN = "guardian", _("监护人同意")
    VOLUNTEER = "volunteer", _("参加平安志愿者")


class ConsentHow(models.TextChoices):
    """How a line came into the consent log."""

    GIVEN = "given", _("本人选择")
    IMPLIED = "implied", _("提交时已告知")
    GUARDIAN = "guardian", _("监护人确认")
    PAPER = "paper", _("窗口登记")
    PHONE = "phone", _("监护人短信确认")
    ERASED = "erased", _("账号注销")


class AgeBand(models.TextChoices):
    """How old a resident says they are; a child (under 14) needs a guardian (PIPL article 31)."""

    ADULT = "adult", _("已满 18 周岁")
    TEEN = "teen", _("14 至 17 周岁")
    CHILD = "child", _("未满 14 周岁")


class GuardianState(models.TextChoices):
    """What became of a child's request to the guardian."""

    WAITING = "waiting", _("等待监护人确认")
    CONFIRMED = "confirmed", _("监护人已同意")
    REFUSED = "refused", _("监护人不同意")


class GuardianRelation(models.TextChoices):
    """Who the guardian is to the child."""

    PARENT = "parent", _("父母")
    OTHER = "other", _("其他监护人")


class AccessKind(models.TextChoices):
    """How a member of staff came to see or use a resident's telephone number."""

    UNMASK = "unmask", _("查看联系电话")
    PHONE_SEARCH = "phone_search", _("按电话查找上报")


class AccessReason(models.TextChoices):
    """Why, in a word that the resident may read."""

    CALL_BACK = "call_back", _("回访核实")
    ON_SITE = "on_site", _("现场办理需要联系")
    URGENT = "urgent", _("紧急情况处置")
    INCOMING = "incoming", _("核对来电人的上报")
    OTHER = "other", _("其他工作需要")


LETTERS = frozenset({ReportKind.OPINION, ReportKind.CONSULTATION, ReportKind.PRAISE})
"""What is answered in words: no place is visited for it."""


class SenderKind(models.TextChoices):
    """By what a sender is known to the block list; never by name."""

    RESIDENT = "resident", _("上报人")
    DEVICE = "device", _("设备")
    ADDRESS = "address", _("网络地址")
    NETWORK = "network", _("网段")


class BlockReason(models.TextChoices):
    """Why somebody may not send for a while; the sender reads it."""

    SPAM = "spam", _("重复、大量上报无关内容")
    ABUSIVE = "abusive", _("辱骂、威胁或散布违法信息")
    FALSE = "false", _("多次虚假上报")
    ADVERTISING = "advertising", _("发布广告")
    ATTACK = "attack", _("以程序冲击平台")


class Offer(models.TextChoices):
    """Whether residents see a guide or a bulletin."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已下架")


class HolidayRule(models.TextChoices):
    """What a statutory holiday does to a place's hours; values equal ``xiangcun.lib.hours``'s."""

    CLOSED = "closed", _("法定节假日休息")
    SAME = "same", _("法定节假日照常")
    ASK = "ask", _("法定节假日请先电话询问")


class GuideFaultKind(models.TextChoices):
    """What a resident found wrong in a guide; a choice, no words: nobody's data is kept."""

    PHONE = "phone", _("电话打不通或不对")
    HOURS = "hours", _("营业时间不对")
    PLACE = "place", _("地址不对，找不到")
    DOCUMENTS = "documents", _("材料、费用或时限不对")
    CLOSED = "closed", _("已经不办了，搬走了")
    OTHER = "other", _("其他不对的地方")

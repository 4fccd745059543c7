"""Tables of the resident's world."""

from reports.models.bulletins import Bulletin
from reports.models.categories import Category, Dimension
from reports.models.guides import Guide, GuideFault
from reports.models.identity import PhoneCode, WechatToken
from reports.models.messages import (
    MessageDelivery,
    MessagePreference,
    ResidentMessage,
    SmsLog,
    SubscriptionGrant,
)
from reports.models.patrols import Patrol, PatrolSignup
from reports.models.photos import Photo
from reports.models.places import Grid, Landmark
from reports.models.privacy import (
    AccessRecord,
    Consent,
    ConsentLogIsAppendOnlyError,
    Disposal,
    GuardianRequest,
    NoticeText,
)
from reports.models.publication import (
    UNSETTLED,
    ContentCheck,
    PublicNote,
    PublicPhoto,
    PublicPhotoReport,
)
from reports.models.reports import (
    OPEN_GATES,
    OPEN_STATUSES,
    Rating,
    Report,
    ReportPhoto,
    ReportUpdate,
)
from reports.models.residents import Resident, ResidentToken
from reports.models.rewards import Redemption, Reward
from reports.models.senders import SenderBlock
from reports.models.voices import (
    Poll,
    PollMark,
    PollOption,
    PollParticipation,
    Topic,
    TopicReport,
    TopicSupport,
)
from reports.models.volunteers import PointsEntry, PointsLedgerIsAppendOnlyError, Volunteer

__all__ = [
    "OPEN_GATES",
    "OPEN_STATUSES",
    "UNSETTLED",
    "AccessRecord",
    "Bulletin",
    "Category",
    "Consent",
    "ConsentLogIsAppendOnlyError",
    "ContentCheck",
    "Dimension",
    "Disposal",
    "Grid",
    "GuardianRequest",
    "Guide",
    "GuideFault",
    "Landmark",
    "MessageDelivery",
    "MessagePreference",
    "NoticeText",
    "Patrol",
    "PatrolSignup",
    "PhoneCode",
    "Photo",
    "PointsEntry",
    "PointsLedgerIsAppendOnlyError",
    "Poll",
    "PollMark",
    "PollOption",
    "PollParticipation",
    "PublicNote",
    "PublicPhoto",
    "PublicPhotoReport",
    "Rating",
    "Redemption",
    "Report",
    "ReportPhoto",
    "ReportUpdate",
    "Resident",
    "ResidentMessage",
    "ResidentToken",
    "Reward",
    "SenderBlock",
    "SmsLog",
    "SubscriptionGrant",
    "Topic",
    "TopicReport",
    "TopicSupport",
    "Volunteer",
    "WechatToken",
]

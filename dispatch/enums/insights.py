"""Words of the insights: what kinds there are, how sure each may be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InsightKind(models.TextChoices):
    """What an insight is about; the page filters by it."""

    RISING_CATEGORY = "rising_category", _("上升的事项")
    RISING_PLACE = "rising_place", _("上升的地方")
    REPEAT_PLACE = "repeat_place", _("反复的地方")
    SLOW_STEP = "slow_step", _("慢的环节")
    LATE_QUEUE = "late_queue", _("将要超期")


class Certainty(models.TextChoices):
    """How far a sentence may be trusted."""

    HIGH = "high", _("把握较大")
    FAIR = "fair", _("一般")

"""公告: what the township tells everybody, from one moment to another."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.enums import Offer
from reports.models.categories import Dimension
from reports.models.places import Grid


class Bulletin(models.Model):
    """A notice in plain text.

    It is seen while published, from ``publish_at`` until ``expire_at``: time alone does it, no job has
    to run. ``urgent`` ones stand above everything on the phone's first page, so they must say when they
    end. No ``grids`` means the whole township. ``drafted_by`` and ``published_by`` are names of the
    office's accounts, for the console.
    """

    TITLE_MAX, BODY_MAX = 60, 5000

    title = models.CharField(_("标题"), max_length=TITLE_MAX)
    body = models.TextField(_("内容"), max_length=BODY_MAX)
    source = models.CharField(_("发布单位"), max_length=60)
    publish_at = models.DateTimeField(_("开始公布"))
    expire_at = models.DateTimeField(_("到期"), null=True, blank=True)
    pinned = models.BooleanField(_("置顶"), default=False)
    urgent = models.BooleanField(_("紧急"), default=False)
    grids = models.ManyToManyField(
        Grid, related_name="bulletins", blank=True, verbose_name=_("范围")
    )
    dimension = models.ForeignKey(
        Dimension,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bulletins",
        verbose_name=_("维度"),
    )
    state = models.CharField(_("状态"), max_length=10, choices=Offer, default=Offer.DRAFT)
    is_example = models.BooleanField(_("示例"), default=False)
    drafted_by = models.CharField(_("起草人"), max_length=150, blank=True)
    published_by = models.CharField(_("签发人"), max_length=150, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    updated_at = models.DateTimeField(_("修改时间"))

    class Meta:
        ordering = ["-publish_at", "-id"]
        verbose_name = _("公告")
        verbose_name_plural = _("公告")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=Offer.values), name="bulletin_state_known"
            ),
            models.CheckConstraint(
                condition=Q(expire_at__isnull=True) | Q(expire_at__gt=F("publish_at")),
                name="bulletin_span",
            ),
            models.CheckConstraint(
                condition=Q(urgent=False) | Q(expire_at__isnull=False),
                name="bulletin_urgent_ends",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body=""), name="bulletin_says_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-urgent", "-pinned", "-publish_at", "-id"],
                name="bulletin_public",
                condition=Q(state=Offer.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return self.title

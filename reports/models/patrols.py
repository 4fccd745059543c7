"""Patrols 巡查任务 that the command room posts and volunteers walk."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.places import Grid
from reports.models.reports import Report
from reports.models.volunteers import Volunteer
from reports.volunteer_enums import PatrolState, SignupState


class Patrol(models.Model):
    """A walk through a grid, or through the circle of ``radius_m`` metres around ``lat``/``lng``.

    The point is WGS-84 degrees; with a ``grid`` it is the middle of it. ``places`` is how many may come.
    """

    TITLE_MAX, PLACE_MAX, TEXT_MAX = 40, 100, 500
    MIN_RADIUS_M, MAX_RADIUS_M = 50, 5000
    MAX_PLACES = 200

    title = models.CharField(_("名称"), max_length=TITLE_MAX)
    place_text = models.CharField(_("地点"), max_length=PLACE_MAX)
    look_for = models.CharField(_("重点看什么"), max_length=TEXT_MAX)
    grid = models.ForeignKey(
        Grid, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("网格")
    )
    lat = models.FloatField(_("纬度"))
    lng = models.FloatField(_("经度"))
    radius_m = models.PositiveIntegerField(_("范围半径（米）"))
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    places = models.PositiveSmallIntegerField(_("人数上限"))
    state = models.CharField(
        _("状态"), max_length=12, choices=PatrolState, default=PatrolState.OPEN
    )
    posted_by = models.CharField(_("发布单位"), max_length=60)
    created_at = models.DateTimeField(_("发布时间"))

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("巡查任务")
        verbose_name_plural = _("巡查任务")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PatrolState.values), name="patrol_state_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="patrol_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="patrol_has_places"),
            models.CheckConstraint(
                condition=Q(lat__range=(-90.0, 90.0), lng__range=(-180.0, 180.0)),
                name="patrol_on_earth",
            ),
        ]
        indexes = [models.Index(fields=["-starts_at", "-id"], name="patrol_by_start")]

    def __str__(self) -> str:
        return self.title


class PatrolSignup(models.Model):
    """A volunteer at a patrol 巡查报名: one position at check-in, one at check-out, nothing in between.

    Positions are WGS-84 degrees to four decimals (about ten metres) and are erased after thirty days;
    ``in_distance_m`` (metres outside the area, 0 inside) goes with them.
    """

    NOTE_MAX = 500

    patrol = models.ForeignKey(
        Patrol, models.CASCADE, related_name="signups", verbose_name=_("巡查任务")
    )
    volunteer = models.ForeignKey(
        Volunteer, models.CASCADE, related_name="signups", verbose_name=_("志愿者")
    )
    state = models.CharField(
        _("状态"), max_length=12, choices=SignupState, default=SignupState.JOINED
    )
    joined_at = models.DateTimeField(_("报名时间"))
    in_at = models.DateTimeField(_("签到时间"), null=True, blank=True)
    in_lat = models.FloatField(null=True, blank=True)
    in_lng = models.FloatField(null=True, blank=True)
    in_distance_m = models.PositiveIntegerField(null=True, blank=True)
    out_at = models.DateTimeField(_("签退时间"), null=True, blank=True)
    out_lat = models.FloatField(null=True, blank=True)
    out_lng = models.FloatField(null=True, blank=True)
    note = models.CharField(_("巡查情况"), max_length=NOTE_MAX, blank=True)
    reports = models.ManyToManyField(
        Report, related_name="patrol_signups", blank=True, verbose_name=_("巡查中的上报")
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("巡查报名")
        verbose_name_plural = _("巡查报名")
        constraints = [
            models.UniqueConstraint(fields=["patrol", "volunteer"], name="signup_once"),
            models.CheckConstraint(
                condition=Q(state__in=SignupState.values), name="signup_state_known"
            ),
            models.CheckConstraint(
                condition=Q(out_at__isnull=True) | Q(in_at__isnull=False),
                name="signup_out_after_in",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-id"], name="signup_mine"),
            models.Index(
                fields=["in_at"], name="signup_positions", condition=Q(in_lat__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patrol_id} {self.volunteer_id}"

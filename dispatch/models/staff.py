"""Who works here: accounts, departments and what each account may act as."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import OFFICE_ROLES, STAFF_ROLES
from reports.models import Grid


class Staff(AbstractUser):
    """A staff account 工作人员. Residents never share this table.

    ``is_demo``: made with the demonstration's shared password. ``second_factor_at``: since when a
    code is asked after the password; kept here because every request looks.
    """

    display_name = models.CharField(_("姓名"), max_length=30, blank=True)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, editable=False)
    is_demo = models.BooleanField(_("演示账号"), default=False, editable=False)
    second_factor_at = models.DateTimeField(_("动态口令绑定时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("工作人员")
        verbose_name_plural = _("工作人员")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return the name that pages greet by."""
        return self.display_name


class Department(models.Model):
    """A unit that receives tickets. ``code`` is an English slug.

    ``aliases`` are further names people use for it (list of strings). ``conflict_department`` gets
    what residents complain of about this one; empty means the command room.
    """

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    short_name = models.CharField(_("简称"), max_length=20)
    phone = models.CharField(_("值班电话"), max_length=30, blank=True)
    is_command_room = models.BooleanField(_("综合信息指挥室"), default=False)
    village_code = models.CharField(_("村社编码"), max_length=12, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    aliases = models.JSONField(_("别称"), default=list, blank=True)
    conflict_department = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("被投诉时改派"),
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("部门")
        verbose_name_plural = _("部门")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one account in one department; an account may hold several.

    ``grids`` narrows a grid officer to these; without any, the grids of the department's village.
    """

    user = models.ForeignKey(
        Staff, models.CASCADE, related_name="memberships", verbose_name=_("工作人员")
    )
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="memberships", verbose_name=_("部门")
    )
    role = models.CharField(
        _("角色"), max_length=16, choices=[(r.value, r.label) for r in STAFF_ROLES]
    )
    is_active = models.BooleanField(_("启用"), default=True)
    grids = models.ManyToManyField(Grid, blank=True, related_name="+", verbose_name=_("负责网格"))

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(fields=["user", "department", "role"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in STAFF_ROLES]), name="membership_role_known"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=sorted(OFFICE_ROLES), is_active=True),
                name="membership_one_of_three",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.get_role_display()}"

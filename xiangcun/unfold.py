"""The staff console's theme: names, colours, and the sidebar by role.

A plain dictionary for ``settings.UNFOLD``; the dotted paths are resolved when a page is drawn.
"""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

_NAVIGATION = "dispatch.console.navigation"


def _item(title: Any, icon: str, view: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(view),
        "permission": f"{_NAVIGATION}.{permission}",
    }


def _group(title: Any, permission: str, *rows: tuple[Any, str, str]) -> dict[str, Any]:
    items = [_item(name, icon, f"admin:{view}_changelist", permission) for name, icon, view in rows]
    return {"title": title, "separator": True, "collapsible": True, "items": items}


def unfold_settings() -> dict[str, Any]:
    """Return the theme's settings."""
    return {
        "SITE_TITLE": _("乡村小脑 指挥室"),
        "SITE_HEADER": _("乡村小脑"),
        "SITE_SUBHEADER": _("综合信息指挥室"),
        "SITE_SYMBOL": "hub",
        "SITE_FAVICONS": [
            {
                "rel": "icon",
                "type": "image/svg+xml",
                "href": lambda _request: static("dispatch/favicon.svg"),
            }
        ],
        "SITE_URL": None,
        "SHOW_HISTORY": False,
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_BACK_BUTTON": True,
        "BORDER_RADIUS": "6px",
        "ENVIRONMENT": f"{_NAVIGATION}.environment",
        "DASHBOARD_CALLBACK": "dispatch.console.dashboard.dashboard",
        "STYLES": [
            lambda _request: static("dispatch/console.css"),
            lambda _request: static("dispatch/alarms.css"),
            lambda _request: static("dispatch/notices.css"),
        ],
        "COLORS": {"primary": _PRIMARY},
        "ACCOUNT": {
            "navigation": [
                {"title": _("我的登录"), "link": reverse_lazy("own-sessions")},
                {"title": _("修改密码"), "link": reverse_lazy("admin:password_change")},
            ]
        },
        "SIDEBAR": {
            "show_search": False,
            "show_all_applications": False,
            "navigation": _navigation(),
        },
    }


def _navigation() -> list[dict[str, Any]]:
    """Return the sidebar; each line asks its permission before it is shown."""
    return [
        _everyday(),
        _residents(),
        _services(),
        _figures(),
        _group(
            _("台账"),
            "reads_records",
            (_("特急警报"), "notifications_active", "dispatch_alarm"),
            (_("居民上报"), "campaign", "reports_report"),
            (_("研判记录"), "psychology", "dispatch_triagerun"),
            (_("流转记录"), "history", "dispatch_ticketevent"),
        ),
        _group(_("安全审计"), "reads_audit", (_("审计记录"), "policy", "dispatch_auditrecord")),
        _group(
            _("规则与时限"),
            "reads_rules",
            (_("事项分类"), "category", "reports_category"),
            (_("职责分工"), "handshake", "dispatch_categoryduty"),
            (_("派单规则"), "alt_route", "dispatch_routingrule"),
            (_("办理时限"), "timer", "dispatch_handlinglimit"),
            (_("分类词语"), "dictionary", "dispatch_lexiconterm"),
            (_("险情词语"), "warning", "dispatch_dangerterm"),
            (_("加急规则"), "nightlight", "dispatch_urgencyrule"),
            (_("网格"), "grid_on", "reports_grid"),
            (_("地标"), "pin_drop", "reports_landmark"),
            (_("标准答复"), "quickreply", "dispatch_standardreply"),
            (_("日历台账"), "event_note", "dispatch_calendarday"),
        ),
        _group(
            _("智能研判"),
            "reads_models",
            (_("研判模型"), "model_training", "dispatch_modelversion"),
            (_("研判设置"), "tune", "dispatch_triagesettings"),
        ),
        _people(),
        _notices(),
    ]


def _everyday() -> dict[str, Any]:
    """Return the pages that are open all day; always in sight."""
    return {
        "title": _("工作台"),
        "items": [
            _item(_("首页"), "dashboard", "admin:index", "is_staff"),
            _item(_("研判台"), "fact_check", "desk", "dispatches"),
            _item(_("工单"), "assignment", "admin:dispatch_ticket_changelist", "opens_cases"),
            _item(_("收件箱"), "inbox", "tray", "has_tray"),
            _item(_("挂账清单"), "pause_circle", "suspensions", "reads_cases"),
            _item(_("地图"), "map", "map", "reads_cases"),
            _item(_("工作日历"), "calendar_month", "calendar", "reads_calendar"),
            _item(_("站内消息"), "notifications", "inbox", "is_staff"),
        ],
    }


def _residents() -> dict[str, Any]:
    """Return what the office does towards the residents."""
    return {
        "title": _("居民服务"),
        "separator": True,
        "items": [
            _item(_("公开审核"), "public", "publicity", "dispatches"),
            _item(_("居民来信"), "mark_email_unread", "voice-letters", "dispatches"),
            _item(_("网格海报"), "qr_code_2", "posters", "prints_posters"),
            _item(_("监护人同意"), "family_restroom", "guardian-paper", "dispatches"),
            _item(_("居民消息"), "sms", "resident-messages", "resends"),
            _item(_("限制名单"), "block", "sender-blocks", "reads_restrictions"),
        ],
    }


def _services() -> dict[str, Any]:
    """Return what the township offers its residents beside reporting."""
    return {
        "title": _("便民与志愿"),
        "separator": True,
        "items": [
            _item(_("便民服务"), "storefront", "guides", "keeps_guides"),
            _item(_("公告"), "breaking_news", "bulletins", "reads_bulletins"),
            _item(_("民意话题"), "forum", "voice-topics", "reads_voices"),
            _item(_("投票"), "how_to_vote", "voice-polls", "reads_voices"),
            _item(_("志愿者"), "volunteer_activism", "volunteers", "reads_volunteers"),
        ],
    }


def _figures() -> dict[str, Any]:
    """Return the pages that count."""
    return {
        "title": _("统计分析"),
        "separator": True,
        "items": [
            _item(_("驾驶舱"), "monitoring", "cockpit", "reads_figures"),
            _item(_("统计"), "bar_chart", "summary", "reads_figures"),
            _item(_("热点"), "local_fire_department", "hotspots", "reads_hotspots"),
            _item(_("洞察"), "lightbulb", "insights", "reads_figures"),
            _item(_("简报"), "newspaper", "briefs", "reads_briefs"),
            _item(_("研判质量"), "troubleshoot", "triage-quality", "reads_quality"),
            _item(_("大屏链接"), "tv", "kiosk-links", "gives_kiosk_links"),
            _item(_("开放数据"), "dataset", "open-data-admin", "reads_open_data"),
            _item(_("县级接口"), "api", "api-tokens", "reads_tokens"),
        ],
    }


def _people() -> dict[str, Any]:
    """Return who works here, and who is signed in."""
    group = _group(
        _("单位与人员"),
        "reads_people",
        (_("部门"), "apartment", "dispatch_department"),
        (_("工作人员"), "badge", "dispatch_staff"),
        (_("岗位"), "assignment_ind", "dispatch_membership"),
    )
    group["items"].append(_item(_("登录管理"), "lock_person", "sign-ins", "keeps_sign_ins"))
    return group


def _notices() -> dict[str, Any]:
    """Return the group of what goes out to staff."""
    return {
        "title": _("通知"),
        "separator": True,
        "collapsible": True,
        "items": [
            _item(_("发送失败的通知"), "outgoing_mail", "outbox", "resends"),
            _item(
                _("通知渠道"),
                "robot_2",
                "admin:dispatch_channelsetting_changelist",
                "sets_channels",
            ),
        ],
    }


_PRIMARY = {
    "50": "oklch(97% .014 254.604)",
    "100": "oklch(93.2% .032 255.585)",
    "200": "oklch(88.2% .059 254.128)",
    "300": "oklch(80.9% .105 251.813)",
    "400": "oklch(70.7% .165 254.624)",
    "500": "oklch(62.3% .214 259.815)",
    "600": "oklch(54.6% .245 262.881)",
    "700": "oklch(48.8% .243 264.376)",
    "800": "oklch(42.4% .199 265.638)",
    "900": "oklch(37.9% .146 265.522)",
    "950": "oklch(28.2% .091 267.935)",
}

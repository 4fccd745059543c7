"""Figures of a trained model in plain Chinese; no row of JSON reaches the screen as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.people import READS_MODELS, has_role
from dispatch.console.wording import moment_text
from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import ModelChange, ModelVersion, TriageSettings
from dispatch.queries.classifiers import champion_version, fallen_version, triage_settings

MODEL_TONE = {
    ModelStatus.CHAMPION: "success",
    ModelStatus.CHALLENGER: "info",
    ModelStatus.RETIRED: "",
    ModelStatus.REJECTED: "warning",
    ModelStatus.BROKEN: "danger",
}
NONE = "—"
Pair = tuple[str, str]


def percent(value: object, digits: int = 1) -> str:
    """Return ``92.6%``; ``—`` for what is no number."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{float(value):.{digits}%}" if known else NONE  # type: ignore[arg-type]


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else NONE


def _seconds(value: object) -> str:
    return f"{float(value):.1f} 秒" if isinstance(value, int | float) else NONE


_METRICS: tuple[tuple[str, Any, Callable[[object], str]], ...] = (
    ("examples", gettext_lazy("训练用的文字"), _count),
    ("classes", gettext_lazy("分类数"), _count),
    ("cv_accuracy", gettext_lazy("准确率（交叉验证）"), percent),
    ("cv_macro_f1", gettext_lazy("各分类平均得分（F1）"), percent),
    ("top2", gettext_lazy("前两个候选里有正确答案"), percent),
    ("ece", gettext_lazy("把握与实际的平均差距"), percent),
    ("auto_share", gettext_lazy("预计自动派单率"), percent),
    ("auto_accuracy", gettext_lazy("预计自动派单准确率"), percent),
    ("train_seconds", gettext_lazy("训练用时"), _seconds),
)


def model_notices(request: HttpRequest) -> list[str]:
    """Return what whoever works with the queue has to know about triage (two or three queries)."""
    if not has_role(request, READS_MODELS):
        return []
    notices = []
    fallen = fallen_version()
    if fallen is not None:
        notices.append(
            _("研判模型不可用，正在用词表研判。%(version)s：%(why)s")
            % {"version": fallen.version, "why": fallen.reason}
        )
    if not triage_settings().auto_dispatch:
        notices.append(_("自动派单已关闭，新上报全部转人工派单。"))
    return notices


def in_use_text() -> str:
    """Say what classifies now."""
    champion = champion_version()
    if champion is None:
        fallen = fallen_version() is not None
        return _("词表（研判模型不可用）") if fallen else _("词表（没有启用研判模型）")
    return _("%(version)s，%(moment)s启用") % {
        "version": champion.version,
        "moment": f"{moment_text(champion.promoted_at)} ",
    }


def targets_text(targets: Mapping[str, Any]) -> str:
    """Return ``准确率不低于 98%，把握程度 95%``."""
    return _("准确率不低于 %(accuracy)s，把握程度 %(level)s") % {
        "accuracy": percent(targets.get("accuracy")).replace(".0%", "%"),
        "level": percent(targets.get("level")).replace(".0%", "%"),
    }


def settings_text(policy: TriageSettings) -> str:
    """Say the operator's settings in one line."""
    switch = _("自动派单已开启") if policy.auto_dispatch else _("自动派单已关闭")
    return f"{switch}；{targets_text({'accuracy': policy.accuracy, 'level': policy.level})}"


def comparison_text(version: ModelVersion) -> str:
    """Return the comparison in a few words: ``40 件：新 36 对，旧 29 对``."""
    found = version.comparison
    if not found:
        return str(_("未对比"))
    return _("%(count)s 件：新 %(new)s 对，旧 %(old)s 对") % {
        "count": found.get("held_out", NONE),
        "new": found.get("challenger", {}).get("right", NONE),
        "old": found.get("champion", {}).get("right", NONE),
    }


def version_facts(version: ModelVersion) -> list[Pair]:
    """Return what the row says."""
    who = str(version.promoted_by) if version.promoted_by else _("系统")
    promoted = f"{moment_text(version.promoted_at)}（{who}）" if version.promoted_at else ""
    facts = [
        (_("训练时间"), moment_text(version.trained_at)),
        (_("样本数"), _("%d 件工单") % version.examples),
        (_("样本截止"), moment_text(version.learned_until)),
        (_("按此要求训练"), targets_text(version.targets)),
        (_("启用时间"), promoted),
        (_("失效时间"), moment_text(version.fell_at)),
        (_("模型文件"), version.file or _("已清理，只保留记录")),
        (_("说明"), version.reason),
    ]
    return [fact for fact in facts if fact[1]]


def metric_facts(version: ModelVersion) -> list[Pair]:
    """Return the training's own figures."""
    found = version.metrics
    return [(str(label), show(found[key])) for key, label, show in _METRICS if key in found]


def comparison_rows(version: ModelVersion) -> list[tuple[str, str, str]]:
    """Return (what, this version, version in use then), empty when nothing was compared."""
    found = version.comparison
    if not found:
        return []
    new, old = found.get("challenger", {}), found.get("champion", {})
    rows = [
        (_("版本"), version.version, str(old.get("version", NONE))),
        (_("判对"), _of(new, found), _of(old, found)),
        (_("准确率"), percent(new.get("accuracy")), percent(old.get("accuracy"))),
        (_("准确率的可信范围"), _range(new), _range(old)),
    ]
    rows += [
        (str(label), percent(new.get(key)), percent(old.get(key)))
        for key, label in (
            ("top2", _("前两个候选里有正确答案")),
            ("auto_share", _("自动派单率")),
            ("auto_accuracy", _("自动派单准确率")),
        )
        if key in new or key in old
    ]
    rows += [
        (
            _("其中 %(name)s（%(count)s 件）") % {"name": row["name"], "count": row["count"]},
            _("对 %s 件") % row["challenger"],
            _("对 %s 件") % row["champion"],
        )
        for row in found.get("by_length", ())
        if row["count"]
    ]
    return rows


def comparison_facts(version: ModelVersion) -> list[Pair]:
    """Return how the comparison was made and how sure it is."""
    found = version.comparison
    if not found:
        return []
    gap, handled = found.get("difference", {}), found.get("handled", {})
    facts = [
        (_("对比样本"), _("最新的 %s 件人工判定，两个版本都没有学过") % found.get("held_out")),
        (_("新版本所学"), _("这之前的 %s 件") % found.get("trained_on")),
        (
            _("意见不同的"),
            _("只有新版本对 %(new)s 件，只有现用版本对 %(old)s 件")
            % {"new": found.get("only_challenger"), "old": found.get("only_champion")},
        ),
        (
            _("准确率相差"),
            f"{percent(gap.get('value'))}（{percent(gap.get('lower'))} ～ {percent(gap.get('upper'))}）",
        ),
        (_("碰巧的可能"), percent(found.get("p_value"))),
    ]
    if handled.get("count"):
        text = _("%(count)s 件：只有新版本对 %(new)s 件，只有现用版本对 %(old)s 件") % {
            "count": handled["count"],
            "new": handled.get("only_challenger"),
            "old": handled.get("only_champion"),
        }
        facts.append((_("已办结的自动派单"), text))
    return facts


def change_lines(changes: Any) -> list[dict[str, str]]:
    """Return the lines of the change record."""
    return [
        {
            "at": moment_text(row.at),
            "who": str(row.actor) if row.actor else str(_("系统")),
            "action": _action(row),
            "what": _what(row),
            "reason": row.reason,
        }
        for row in changes
    ]


def _action(row: ModelChange) -> str:
    if row.action == ModelAction.ENABLE and row.actor is None:
        return _("自动启用")
    return str(ModelAction(row.action).label)


def _what(row: ModelChange) -> str:
    after = row.version.version if row.version else str(_("词表"))
    before = row.previous.version if row.previous else str(_("词表"))
    return after if after == before else f"{before} → {after}"


def _of(part: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    return f"{part.get('right', NONE)} / {found.get('held_out', NONE)}"


def _range(part: Mapping[str, Any]) -> str:
    return f"{percent(part.get('lower'))} ～ {percent(part.get('upper'))}"

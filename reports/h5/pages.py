"""Which phone pages there are: one row each, the same HTML for everybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """``tab``: which entry of the foot bar is lit, "" for a page without one; ``back``: where its arrow leads."""

    name: str
    template: str
    heading: str
    tab: str = ""
    back: str = "h5:home"


PAGES = {
    page.name: page
    for page in (
        Page("home", "h5/home.html", "乡村小脑", tab="home", back=""),
        Page("report", "h5/report.html", "报问题"),
        Page("mine", "h5/mine.html", "我的上报", tab="mine", back=""),
        Page("case", "h5/report_page.html", "上报详情", back="h5:mine"),
        Page("inbox", "h5/inbox.html", "消息", tab="inbox", back=""),
        Page("near", "h5/near.html", "附近", tab="near", back=""),
        Page("public", "h5/near.html", "公开事项", back=""),
        Page("me", "h5/me.html", "我的", tab="me", back=""),
        Page("rights", "h5/rights.html", "隐私与授权", back="h5:me"),
        Page("privacy", "h5/privacy.html", "隐私说明", back="h5:me"),
        Page("guardian", "h5/guardian.html", "监护人同意", back="h5:me"),
        Page("guides", "h5/guides.html", "便民服务"),
        Page("guide", "h5/guide.html", "便民服务", back="h5:guides"),
        Page("bulletins", "h5/bulletins.html", "公告"),
        Page("bulletin", "h5/bulletin.html", "公告", back="h5:bulletins"),
        Page("voices", "h5/voices.html", "民意"),
        Page("topic", "h5/topic.html", "话题", back="h5:voices"),
        Page("poll", "h5/poll.html", "投票", back="h5:voices"),
        Page("volunteer", "h5/volunteer.html", "平安志愿者"),
        Page("rewards", "h5/rewards.html", "积分兑换", back="h5:volunteer"),
        Page("patrols", "h5/patrols.html", "巡查任务", back="h5:volunteer"),
        Page("patrol", "h5/patrol.html", "巡查", back="h5:patrols"),
        Page("offline", "h5/offline.html", "没有网络"),
    )
}

"""The resident API, mounted at ``/api/v1/``; no trailing slashes."""

from __future__ import annotations

from django.urls import path

from reports.api.actions import ACTION_VIEWS
from reports.api.bulletins import BulletinsView, BulletinView
from reports.api.categories import CategoriesView
from reports.api.counts import CountsView
from reports.api.export import ExportView
from reports.api.guardians import GuardianSmsView, GuardianView, MyGuardianView
from reports.api.guides import DimensionsView, GuideFaultsView, GuidesView, GuideView
from reports.api.inbox import (
    InboxView,
    NoticesView,
    ReadView,
    SubscriptionsView,
    TemplatesView,
    UnreadView,
)
from reports.api.patrols import (
    PatrolCheckInView,
    PatrolCheckOutView,
    PatrolJoinView,
    PatrolLeaveView,
    PatrolsView,
    PatrolView,
)
from reports.api.phones import PhoneSmsView, PhoneView
from reports.api.photos import PhotosView
from reports.api.places import OutlineView, PlaceAtView
from reports.api.privacy import (
    AccessLogView,
    ConsentHistoryView,
    ConsentsView,
    ErasureView,
    NoticeView,
)
from reports.api.public import NearbyView, PublicReportsView, PublicReportView, PublicStatsView
from reports.api.reports import ReportsView, ReportView
from reports.api.session_options import SessionOptionsView
from reports.api.sessions import MeView, SessionView
from reports.api.voices import PollsView, PollView, SupportView, TopicsView, TopicView, VoteView
from reports.api.volunteers import (
    PointsView,
    RedemptionsView,
    RedemptionView,
    RewardsView,
    RulesView,
    VolunteerView,
)

app_name = "api"
urlpatterns = [
    path("session", SessionView.as_view(), name="session"),
    path("session/options", SessionOptionsView.as_view(), name="session-options"),
    path("me", MeView.as_view(), name="me"),
    path("me/phone", PhoneView.as_view(), name="phone"),
    path("me/phone/sms", PhoneSmsView.as_view(), name="phone-sms"),
    path("me/export", ExportView.as_view(), name="export"),
    path("me/erase", ErasureView.as_view(), name="erasure"),
    path("me/consents", ConsentsView.as_view(), name="consents"),
    path("me/consents/history", ConsentHistoryView.as_view(), name="consent-history"),
    path("me/access-log", AccessLogView.as_view(), name="access-log"),
    path("me/guardian", MyGuardianView.as_view(), name="my-guardian"),
    path("me/guardian/sms", GuardianSmsView.as_view(), name="guardian-sms"),
    path("guardian/<str:code>", GuardianView.as_view(), name="guardian"),
    path("privacy/notice", NoticeView.as_view(), name="privacy-notice"),
    path("photos", PhotosView.as_view(), name="photos"),
    path("categories", CategoriesView.as_view(), name="categories"),
    path("dimensions", DimensionsView.as_view(), name="dimensions"),
    path("guides", GuidesView.as_view(), name="guides"),
    path("guides/<int:guide_id>", GuideView.as_view(), name="guide"),
    path("guides/<int:guide_id>/faults", GuideFaultsView.as_view(), name="guide-faults"),
    path("bulletins", BulletinsView.as_view(), name="bulletins"),
    path("bulletins/<int:bulletin_id>", BulletinView.as_view(), name="bulletin"),
    path("reports", ReportsView.as_view(), name="reports"),
    path("reports/nearby", NearbyView.as_view(), name="nearby"),
    path("reports/counts", CountsView.as_view(), name="report-counts"),
    path("reports/<str:number>", ReportView.as_view(), name="report"),
    *(
        path(f"reports/<str:number>/{action.value.replace('_', '-')}", view, name=action.value)
        for action, view in ACTION_VIEWS.items()
    ),
    path("places/at", PlaceAtView.as_view(), name="place-at"),
    path("places/outline", OutlineView.as_view(), name="places-outline"),
    path("inbox", InboxView.as_view(), name="inbox"),
    path("inbox/unread", UnreadView.as_view(), name="inbox-unread"),
    path("inbox/read", ReadView.as_view(), name="inbox-read"),
    path("me/notices", NoticesView.as_view(), name="notices"),
    path("subscriptions", SubscriptionsView.as_view(), name="subscriptions"),
    path("subscriptions/templates", TemplatesView.as_view(), name="subscription-templates"),
    path("public/reports", PublicReportsView.as_view(), name="public-reports"),
    path("public/reports/<str:number>", PublicReportView.as_view(), name="public-report"),
    path("public/stats", PublicStatsView.as_view(), name="public-stats"),
    path("topics", TopicsView.as_view(), name="topics"),
    path("topics/<str:topic>", TopicView.as_view(), name="topic"),
    path("topics/<str:topic>/support", SupportView.as_view(), name="topic-support"),
    path("polls", PollsView.as_view(), name="polls"),
    path("polls/<str:poll>", PollView.as_view(), name="poll"),
    path("polls/<str:poll>/vote", VoteView.as_view(), name="poll-vote"),
    path("volunteer", VolunteerView.as_view(), name="volunteer"),
    path("volunteer/rules", RulesView.as_view(), name="volunteer-rules"),
    path("points", PointsView.as_view(), name="points"),
    path("rewards", RewardsView.as_view(), name="rewards"),
    path("redemptions", RedemptionsView.as_view(), name="redemptions"),
    path("redemptions/<str:key>", RedemptionView.as_view(), name="redemption"),
    path("patrols", PatrolsView.as_view(), name="patrols"),
    path("patrols/<str:key>", PatrolView.as_view(), name="patrol"),
    path("patrols/<str:key>/join", PatrolJoinView.as_view(), name="patrol-join"),
    path("patrols/<str:key>/leave", PatrolLeaveView.as_view(), name="patrol-leave"),
    path("patrols/<str:key>/check-in", PatrolCheckInView.as_view(), name="patrol-check-in"),
    path("patrols/<str:key>/check-out", PatrolCheckOutView.as_view(), name="patrol-check-out"),
]

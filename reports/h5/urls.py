"""The phone pages, mounted at ``/h5/``."""

from __future__ import annotations

from django.urls import path

from reports.h5.views import manifest, shell
from reports.h5.worker import service_worker

app_name = "h5"
urlpatterns = [
    path("", shell, {"name": "home"}, name="home"),
    path("report", shell, {"name": "report"}, name="report"),
    path("mine", shell, {"name": "mine"}, name="mine"),
    # The number is read by the page's script: the shell is the same for every case.
    path("reports/<str:number>", shell, {"name": "case"}, name="case"),
    path("report-page", shell, {"name": "case"}, name="case-shell"),
    path("inbox", shell, {"name": "inbox"}, name="inbox"),
    path("near", shell, {"name": "near"}, name="near"),
    path("me", shell, {"name": "me"}, name="me"),
    path("me/privacy", shell, {"name": "rights"}, name="rights"),
    path("privacy", shell, {"name": "privacy"}, name="privacy"),
    path("guardian", shell, {"name": "guardian"}, name="guardian"),
    path("guides/", shell, {"name": "guides"}, name="guides"),
    path("guides/<str:number>", shell, {"name": "guide"}, name="guide"),
    path("guide-page", shell, {"name": "guide"}, name="guide-shell"),
    path("bulletins/", shell, {"name": "bulletins"}, name="bulletins"),
    path("bulletins/<str:number>", shell, {"name": "bulletin"}, name="bulletin"),
    path("bulletin-page", shell, {"name": "bulletin"}, name="bulletin-shell"),
    path("voices", shell, {"name": "voices"}, name="voices"),
    path("voices/", shell, {"name": "voices"}),
    # Which one the page's script reads from ?id=, so that the kept shell serves all of them.
    path("voices/topic", shell, {"name": "topic"}, name="topic"),
    path("voices/poll", shell, {"name": "poll"}, name="poll"),
    path("volunteer", shell, {"name": "volunteer"}, name="volunteer"),
    path("volunteer/rewards", shell, {"name": "rewards"}, name="rewards"),
    path("volunteer/patrols", shell, {"name": "patrols"}, name="patrols"),
    # Which one stands in the query: the shell is the same for every patrol.
    path("volunteer/patrol", shell, {"name": "patrol"}, name="patrol"),
    path("offline", shell, {"name": "offline"}, name="offline"),
    path("sw.js", service_worker, name="worker"),
    path("manifest.webmanifest", manifest, name="manifest"),
]

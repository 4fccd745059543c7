"""The resident API, mounted at ``/api/v1/``; no trailing slashes."""

from __future__ import annotations

from django.urls import path

from reports.api.actions import ACTION_VIEWS
from reports.api.categories import CategoriesView
from reports.api.photos import PhotosView
from reports.api.public import NearbyView, PublicReportsView
from reports.api.reports import ReportsView, ReportView
from reports.api.sessions import ExportView, MeView, SessionView

app_name = "api"
urlpatterns = [
    path("session", SessionView.as_view(), name="session"),
    path("me", MeView.as_view(), name="me"),
    path("me/export", ExportView.as_view(), name="export"),
    path("photos", PhotosView.as_view(), name="photos"),
    path("categories", CategoriesView.as_view(), name="categories"),
    path("reports", ReportsView.as_view(), name="reports"),
    path("reports/nearby", NearbyView.as_view(), name="nearby"),
    path("reports/<str:number>", ReportView.as_view(), name="report"),
    *(
        path(f"reports/<str:number>/{action.value.replace('_', '-')}", view, name=action.value)
        for action, view in ACTION_VIEWS.items()
    ),
    path("public/reports", PublicReportsView.as_view(), name="public-reports"),
]

"""The county's interface, mounted at ``/api/county/v1/``; read only, no trailing slashes."""

from __future__ import annotations

from django.urls import path

from dispatch.api.cases import HotspotsView, TicketsView
from dispatch.api.figures import MetricsView, SummaryView, TrendView

app_name = "county"
urlpatterns = [
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("summary", SummaryView.as_view(), name="summary"),
    path("trend", TrendView.as_view(), name="trend"),
    path("hotspots", HotspotsView.as_view(), name="hotspots"),
    path("tickets", TicketsView.as_view(), name="tickets"),
]

"""Every URL of the system, by mount point."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from reports.api.photo_files import photo_file
from reports.api.public_files import public_photo_file
from reports.api.wechat_push import wechat_push
from reports.h5.views import shell
from xiangcun import health

handler400 = "xiangcun.errorpages.bad_request"
handler403 = "xiangcun.errorpages.permission_denied"
handler404 = "xiangcun.errorpages.page_not_found"
handler500 = "xiangcun.errorpages.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="h5:home"), name="home"),
    path("h5/", include("reports.h5.urls")),
    path("public/", shell, {"name": "public"}, name="public"),
    path("cockpit/", include("dispatch.console.cockpit.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", include("dispatch.console.sign_in_urls")),
    path("admin/alarms/", include("dispatch.console.alarm_urls")),
    path("admin/summary/", include("dispatch.console.summary_urls")),
    path("admin/triage-quality/", include("dispatch.console.quality_urls")),
    path("admin/desk/", include("dispatch.console.desk_urls")),
    path("admin/insights/", include("dispatch.console.insight_urls")),
    path("admin/hotspots/", include("dispatch.console.hotspot_urls")),
    path("admin/tray/", include("dispatch.console.tray_urls")),
    path("admin/dispatch/ticket/", include("dispatch.console.print_urls")),
    path("admin/suspensions/", include("dispatch.console.suspension_urls")),
    path("admin/", include("dispatch.console.notice_urls")),
    path("admin/guardian/", include("dispatch.console.guardian_urls")),
    path("admin/tools/", include("dispatch.console.tool_urls")),
    path("admin/senders/", include("dispatch.console.sender_urls")),
    path("admin/volunteers/", include("dispatch.console.volunteer_urls")),
    path("admin/calendar/", include("dispatch.console.calendar_urls")),
    path("admin/posters/", include("dispatch.console.poster_urls")),
    path("admin/publicity/", include("dispatch.console.publicity_urls")),
    path("admin/guides/", include("dispatch.console.guide_urls")),
    path("admin/bulletins/", include("dispatch.console.bulletin_urls")),
    path("admin/voices/", include("dispatch.console.voice_urls")),
    path("admin/kiosk/", include("dispatch.console.cockpit.link_urls")),
    path("admin/map/", include("dispatch.console.map_urls")),
    path("admin/briefs/", include("dispatch.console.brief_urls")),
    path("admin/open-data/", include("dispatch.console.open_data_urls")),
    path("admin/api-tokens/", include("dispatch.console.token_urls")),
    path("open-data/", include("dispatch.api.open_urls")),
    path("media/photos/<str:token>", photo_file, name="photo-file"),
    path("media/public/<str:name>", public_photo_file, name="public-photo"),
    path("wechat/push", wechat_push, name="wechat-push"),
    path("admin/", admin.site.urls),
    path("api/county/v1/", include("dispatch.api.urls")),
    path("api/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
if find_spec("reports.api") and find_spec("reports.api.urls"):
    urlpatterns.append(path("api/v1/", include("reports.api.urls")))

"""URLs of 便民服务, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import guide_import_views as imports
from dispatch.console import guide_views as views

wall = admin.site.admin_view
urlpatterns = [
    path("", wall(views.guides_page), name="guides"),
    path("new/", wall(views.guide_new), name="guide-new"),
    path("<int:guide_id>/", wall(views.guide_edit), name="guide-edit"),
    path("<int:guide_id>/step", wall(views.guide_step), name="guide-step"),
    path("import/", wall(imports.import_page), name="guide-import"),
    path("import/apply", wall(imports.import_apply), name="guide-import-apply"),
    path("template.xlsx", wall(imports.template_file), name="guide-template"),
    path("export.xlsx", wall(imports.export_file), name="guide-export"),
]

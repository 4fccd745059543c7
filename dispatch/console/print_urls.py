"""URLs of the printed forms, below the ticket's own; mounted before the admin's."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.print_views import print_many, print_page, print_pdf

urlpatterns = [
    path("print/", admin.site.admin_view(print_many), name="ticket-print-many"),
    path("<int:ticket_id>/print/", admin.site.admin_view(print_page), name="ticket-print"),
    path("<int:ticket_id>/print.pdf", admin.site.admin_view(print_pdf), name="ticket-print-pdf"),
]

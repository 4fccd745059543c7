"""Who is using the console: the actor, read once a request, and what their roles open."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from dispatch.console.audited import AuditedChanges
from dispatch.domain.actors import Actor, staff_actor
from dispatch.enums import COMMAND_ROLES, DEPARTMENT_ROLES, MODEL_ROLES, Role
from dispatch.models import Staff

READS_CASES = COMMAND_ROLES | DEPARTMENT_ROLES | {Role.GRID}
OPENS_CASES = READS_CASES | {Role.LEADERSHIP}
"""Who may look at a ticket; of these the leaders of the township have no queue and do nothing."""
READS_RULES = frozenset({Role.LEAD, Role.AUDITOR})
SETS_RULES = frozenset({Role.ADMINISTRATOR})
READS_PEOPLE = frozenset({Role.LEAD, Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY})
SETS_SEATS = frozenset({Role.SECURITY})
READS_AUDIT = frozenset({Role.AUDITOR, Role.SECURITY})
READS_QUALITY = frozenset({Role.DISPATCHER, Role.LEAD, Role.AUDITOR, Role.ADMINISTRATOR})
DISPATCHES = frozenset({Role.DISPATCHER, Role.LEAD})
READS_MODELS = COMMAND_ROLES | MODEL_ROLES
MANAGES_MODELS = MODEL_ROLES
_ACTOR, _NOBODY = "console_actor", Actor()


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor behind ``request``; one query a request."""
    kept = vars(request).get(_ACTOR)
    if kept is None:
        user = request.user
        kept = staff_actor(user) if isinstance(user, Staff) and user.is_active else _NOBODY
        vars(request)[_ACTOR] = kept
    return cast("Actor", kept)


def roles_of(request: HttpRequest) -> frozenset[Role]:
    """Return every role of the person: from their seats, whatever Django's flags say."""
    return actor_of(request).roles


def has_role(request: HttpRequest, roles: frozenset[Role]) -> bool:
    """Whether the person holds one of ``roles``."""
    return bool(roles_of(request) & roles)


class OfficeAdmin(AuditedChanges, ModelAdmin):
    """A page whose permissions follow from roles, not from Django's groups.

    ``readers`` may look, ``writers`` look, add and change; rows that others refer to stay
    (``deletable``), they are switched off instead.
    """

    readers: frozenset[Role] = READS_RULES
    writers: frozenset[Role] = SETS_RULES
    deletable = False
    addable = True
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    compressed_fields = True
    warn_unsaved_form = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, self.readers | self.writers)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.addable and has_role(request, self.writers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, self.writers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and has_role(request, self.writers)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Take a NUL, which PostgreSQL does not, as the admin takes any other senseless filter."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Refuse before the row is looked for: Django's own page tells who may not read that it is not there."""
        self.check_may_read(request)
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def check_may_read(self, request: HttpRequest) -> None:
        """Refuse a page of our own as the admin refuses its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class RecordAdmin(OfficeAdmin):
    """Rows that the system wrote: readable, and nothing else."""

    readers = COMMAND_ROLES
    writers = frozenset()
    list_disable_select_all = True
    list_max_show_all = 0

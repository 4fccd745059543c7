"""Forms of seats: a role against its department, against the person's other roles, and its giver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dispatch.console.list_fields import OfficeForm
from dispatch.domain.seats import active_roles, check_giver, check_roles_together, check_seat
from dispatch.enums import Role
from xiangcun.lib.errors import DomainError


class MembershipForm(OfficeForm):
    """One seat; ``giver_id`` is who fills in the form."""

    giver_id: int | None = None

    class Meta:
        help_texts = {
            "grids": gettext_lazy(
                "只用于网格员：不选则负责该村社的全部网格，指挥室的网格员须逐个选择"
            ),
        }

    def clean(self) -> dict[str, Any]:
        """Check role against department, the other seats and the giver."""
        data = super().clean() or {}
        department, role = data.get("department"), data.get("role")
        if department is None or role not in Role.values:
            return data
        self._refuse(check_seat, Role(role), department)
        user = data.get("user")
        if user is not None:
            self._refuse(check_giver, self.giver_id, user.pk)
            if data.get("is_active"):
                held = active_roles(user.pk, but=[self.instance.pk] if self.instance.pk else [])
                self._refuse(check_roles_together, held | {Role(role)})
        return data

    def _refuse(self, check: Callable[..., None], *given: Any) -> None:
        try:
            check(*given)
        except DomainError as error:
            self.add_error("role", error.message)


def with_giver(form: type[forms.ModelForm], giver_id: int | None) -> type[forms.ModelForm]:  # type: ignore[type-arg]  # not subscriptable at run time
    """Return the form class bound to who fills it in."""
    return type(form.__name__, (form,), {"giver_id": giver_id})


class SeatFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """All seats of one account at once."""

    def clean(self) -> None:
        """Check the roles that will stand together."""
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        roles = {Role(row["role"]) for row in kept if row.get("is_active") and row.get("role")}
        try:
            check_roles_together(roles)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

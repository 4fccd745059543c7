"""Forms of signing in: name and password, the code, one's own new password, an initial one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import (
    AdminOwnPasswordChangeForm,
    AdminPasswordChangeForm,
    AuthenticationForm,
)
from unfold.widgets import UnfoldAdminTextInputWidget

from dispatch.domain.sign_in import check_password_step
from dispatch.models import Staff
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError

_CODE_LENGTH = 40
_PASSWORD_LENGTH = 200


class SignInForm(AuthenticationForm):
    """Asks the domain, which counts failures; says the same of whatever is wrong."""

    def clean(self) -> dict[str, Any]:
        """Check name and password."""
        data = self.cleaned_data
        username, password = data.get("username"), data.get("password")
        request: HttpRequest = self.request
        if username and password:
            try:
                self.user_cache = check_password_step(
                    username, password[:_PASSWORD_LENGTH],
                    request=request, address=address_of(request), now=timezone.now(),
                )  # fmt: skip
            except DomainError as error:
                raise ValidationError(error.message, code=error.code) from error
        return dict(data)


class CodeForm(forms.Form):
    """Six digits of the telephone, or a recovery code."""

    code = forms.CharField(
        label=_("动态口令"),
        max_length=_CODE_LENGTH,
        error_messages={"required": _("请输入动态口令")},
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class ResetForm(forms.Form):
    """Why an officer takes a second factor off."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        error_messages={"required": _("请填写重置理由")},
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("如：手机遗失，已当面核实身份")}),
    )


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """One's own new password; the view saves it."""

    error_messages = {
        **AdminOwnPasswordChangeForm.error_messages,
        "password_incorrect": _("原密码不正确，请重新输入"),
        "password_mismatch": _("两次输入的新密码不一致"),
    }

    def __init__(self, user: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].help_text = ""
        self.fields["new_password2"].help_text = ""


class InitialPasswordForm(AdminPasswordChangeForm):
    """A password somebody else will change at the next sign-in."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Mark and save."""
        self.user.must_change_password = True
        return super().save(commit=commit)


def password_rules() -> list[str]:
    """Return what a new password must be, a sentence a rule."""
    return [str(rule.get_help_text()) for rule in get_default_password_validators()]

"""A step that staff took on a page, and how it went."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from xiangcun.lib.errors import DomainError


def take_step(request: HttpRequest, step: Callable[[], object], said: str) -> bool:
    """Take the step and tell the person, at the head of the next page, that it is done or why not."""
    try:
        step()
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, said)
    return True

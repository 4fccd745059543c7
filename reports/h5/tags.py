"""``{% load h5 %}``: the icons of the page, and scripts with all they import."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reports.h5.icons import sprite
from xiangcun.lib.modules import imported_modules, later_modules

register = template.Library()


@register.simple_tag
def icon_sprite() -> SafeString:
    """Write the sprite once, hidden, at the head of the body."""
    # Drawings of a pinned package, nothing from outside.
    return mark_safe(f'<svg class="sprite" width="0" height="0" aria-hidden="true">{sprite()}</svg>')  # noqa: S308 # fmt: skip


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw one icon, decoration only: the words beside it say what it means."""
    extra = f" icon-{size}" if size else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"></use></svg>', extra, name
    )


@register.simple_tag
def modules(*names: str) -> SafeString:
    """Load scripts, and fetch at once what they import: no chain of round trips on a slow line."""
    wanted = imported_modules(names)
    preload = format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((static(name),) for name in wanted)
    )
    scripts = format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(name),) for name in names)
    )
    return format_html("{}\n{}", preload, scripts)


@register.simple_tag
def later(*names: str) -> SafeString:
    """Fetch what the scripts will want soon, behind all that the first touch needs."""
    line = '<link rel="modulepreload" fetchpriority="low" href="{}">'
    return format_html_join("\n", line, ((static(name),) for name in later_modules(names)))

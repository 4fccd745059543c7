"""What a version of the classifier is called on the screen."""

from __future__ import annotations

from django.utils.translation import gettext as _


def version_text(version: str) -> str:
    """Return which classifier spoke: the word list or a learned model, and which edition."""
    kind, _dash, edition = version.partition("-")
    names = {"lexicon": _("词表"), "model": _("学习模型")}
    if not edition or kind not in names:
        return version or _("未记录")
    return _("%(kind)s（版本 %(edition)s）") % {"kind": names[kind], "edition": edition}

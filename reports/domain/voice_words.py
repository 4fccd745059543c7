"""The office's words in topics and polls: cleaned, of the right length, without anybody's number."""

from __future__ import annotations

from django.utils.translation import gettext as _

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.text import clean_text, mask_contacts


def take_words(field: str, text: str, *, most: int, required: bool = True) -> str:
    """Return the cleaned text; ``InvalidInputError`` of ``field`` when it cannot be published.

    Everybody reads it, so it holds no telephone, card or chat number: those are persons'.
    """
    text = clean_text(text)
    if required and not text:
        raise InvalidInputError.of_field(field, "required", _("请填写这一项"))
    if len(text) > most:
        raise InvalidInputError.of_field(field, "too_long", _("最多 %d 个字") % most)
    if mask_contacts(text) != text:
        message = _("这里会公开，请不要写电话、证件号、邮箱或微信号")
        raise InvalidInputError.of_field(field, "contact_data", message)
    return text

"""What people type: cleaned before it is stored, masked before it is shown.

Cleaning removes what no reader can see (control, zero-width and direction-changing characters);
Chinese punctuation, full-width forms and emoji stay as typed. Masking is for display: it hides
phone numbers, identity and bank cards, mail and chat addresses, and leaves car plates, which are
what many reports are about. It errs towards hiding.
"""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_EDGE_BLANKS = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_ZERO_WIDTH_JOINER = "\u200d"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u180b\u180c\u180d\u2800")
"""Characters that draw nothing and are not in a category that says so."""
_MAX_COMBINING = 4
_KEY_DIGITS = 18

_GAP = r"[-\s.·_—]?"
_EMAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_IDENTITY = re.compile(
    rf"(?<![\dA-Za-z])(\d{{3}})\d{{3}}{_GAP}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])"
    rf"(?:0[1-9]|[12]\d|3[01]){_GAP}\d\d([\dXx]{{2}})(?![\dA-Za-z])"
)
_BANK_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){15,18}(?!\d)")
_MOBILE = re.compile(
    rf"(?<!\d)((?:(?:\+|00)?86{_GAP})?)(1[3-9]\d)"
    rf"(?:{_GAP}\d{{4}}{_GAP}(\d{{4}})|{_GAP}\d{{3}}{_GAP}\d(\d{{4}}))(?!\d)"
)
_SPACED_MOBILE = re.compile(r"(?<!\d)1[-\s.·_—]+[3-9](?:[-\s.·_—]+\d){9}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)([（(]?0\d{2,3}[）)]?[-\s]?)[2-8]\d{2,3}[-\s]?(\d{4})(?!\d)")
_LOCAL_NUMBER = re.compile(
    r"((?:电话|座机|联系方式|号码|手机|致电|拨打|tel)(?:号码)?[\s:：是为]{0,3})[2-8]\d{2,3}[-\s]?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"((?:微信|薇信|威信|wechat|weixin|(?<![a-z])[vw]x|[vV]信|(?<![a-z])qq|扣扣)"
    r"(?:号码|号|群|同号)?[\s:：是为加=]{0,3})"
    r"([a-z][-_a-z0-9]{4,19}|\d{5,12})(?![a-z0-9@])",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[!-~]+"
    r"|(?<![@a-z0-9.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}"
    r"(?:com|cn|net|org|top|xyz|vip|cc|info|shop|site|club|link|ltd|ink|app|io|me|tv)"
    r"(?![a-z0-9@-])(?::\d{2,5})?(?:/[!-~]*)?",
    re.IGNORECASE,
)
LINK_MARK = "[链接]"
_ASCII_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def clean_text(text: str) -> str:
    """Return ``text`` as NFC without invisible characters, blanks and empty lines collapsed.

    Only newlines are kept of the control characters, joined emoji stay joined, lone surrogates and
    NUL are dropped (PostgreSQL takes neither).
    """
    text = _LINE_BREAKS.sub("\n", text)
    if not text.replace("\n", "").isprintable() or not text.isascii():
        text = unicodedata.normalize("NFC", _visible(text))
    text = _BLANKS.sub(" ", text)
    text = _EDGE_BLANKS.sub("\n", text)
    return _EMPTY_LINES.sub("\n\n", text).strip()


def _visible(text: str) -> str:
    kept: list[str] = []
    combining = 0
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        combining = combining + 1 if category in {"Mn", "Me"} else 0
        if combining > _MAX_COMBINING or char in _FILLERS:
            continue
        if category == "Cc":
            kept.append("\n" if char == "\n" else " " if char == "\t" else "")
        elif category not in {"Cf", "Cs"} or _joins_emoji(text, index):
            kept.append(char)
    return "".join(kept)


def _joins_emoji(text: str, index: int) -> bool:
    """Whether the character is a joiner inside an emoji (a family, a profession)."""
    if text[index] != _ZERO_WIDTH_JOINER or not 0 < index < len(text) - 1:
        return False
    before, after = text[index - 1], text[index + 1]
    emoji_before = before == "\ufe0f" or unicodedata.category(before) in {"So", "Sk"}
    return emoji_before and unicodedata.category(after) == "So"


def is_key(text: str) -> bool:
    """Whether ``text`` is a number that can be a row's key: it fits a bigint."""
    return text.isascii() and text.isdigit() and len(text) <= _KEY_DIGITS


def has_control_characters(text: str) -> bool:
    """Whether ``text`` holds a control character other than tab and line breaks, or a surrogate."""
    return any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n\r" for char in text)


def mask_contacts(text: str) -> str:
    """Hide contact data inside free text: ``138****5678``, ``330*************12``, ``z***@…``.

    Full-width digits become plain ones on the way.
    """
    text = text.translate(_ASCII_DIGITS)
    text = _EMAIL.sub(r"\1***@\2", text)
    text = _CHAT.sub(r"\1***", text)
    text = _IDENTITY.sub(r"\1*************\2", text)
    text = _BANK_CARD.sub(lambda match: _mask_card(match.group()), text)
    text = _MOBILE.sub(lambda m: f"{m[1]}{m[2]}****{m[3] or m[4]}", text)
    text = _SPACED_MOBILE.sub(lambda match: mask_phone(match.group()), text)
    text = _LANDLINE.sub(r"\1****\2", text)
    return _LOCAL_NUMBER.sub(r"\1****\2", text)


def _mask_card(found: str) -> str:
    """Mask 16 to 19 digits if their check digit is that of a card; leave other long numbers."""
    digits = [int(char) for char in found if char.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    if (sum(digits[-1::-2]) + sum(doubled)) % 10:
        return found
    text = "".join(map(str, digits))
    return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"


def mask_phone(phone: str) -> str:
    """Mask one phone number: ``13812345678`` becomes ``138****5678``, a short one ``****``."""
    digits = "".join(char for char in phone if char.isdigit())
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) >= 7 else "****" if digits else ""


def mask_name(name: str) -> str:
    """Keep the first character: ``张三`` becomes ``张*``; at most two stars tell nothing more."""
    name = name.strip()
    return name[:1] + "*" * max(1, min(2, len(name) - 1)) if name else ""


def strip_links(text: str) -> str:
    """Replace every web address by ``[链接]``: nobody is led astray by a published report."""
    return _LINK.sub(LINK_MARK, text)

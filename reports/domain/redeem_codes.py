"""Redeem codes 兑换码: nine random characters and a check character that catches a slip of the finger.

The alphabet has no 0, O, 1 and I. A code is derived from a random salt and the ledger's key, so that
its owner can read it again while the table holds a digest only. The check is Luhn's modulo 32: every
single wrong character is found, and all but one kind of two that changed places.
"""

from __future__ import annotations

import secrets

from xiangcun.lib.seals import seal_text

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10
_BASE = len(ALPHABET)
_GROUP = 5


def new_salt() -> str:
    """Return 128 random bits."""
    return secrets.token_hex(16)


def code_of(salt: str) -> str:
    """Return the code of a redemption, ten characters."""
    number = int(seal_text(f"redeem/{salt}"), 16)
    digits = []
    for _digit in range(LENGTH - 1):
        number, rest = divmod(number, _BASE)
        digits.append(ALPHABET[rest])
    body = "".join(digits)
    return body + check_character(body)


def digest_of(code: str) -> str:
    """Return what the table holds of a code."""
    return seal_text(f"redeem-code/{code}")


def check_character(body: str) -> str:
    """Return the character that makes ``body`` a code."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (1 if place % 2 else 2)
        total += value // _BASE + value % _BASE
    return ALPHABET[-total % _BASE]


def read_code(typed: str) -> str | None:
    """Return a typed code in its own form, ``None`` when it cannot be one."""
    code = "".join(typed.upper().replace("-", "").split())
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def shown_code(code: str) -> str:
    """Return a code in two groups, as people read it out."""
    return f"{code[:_GROUP]} {code[_GROUP:]}"

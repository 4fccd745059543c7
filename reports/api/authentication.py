"""``Authorization: Bearer <token>`` in one query."""

from __future__ import annotations

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from reports.models import Resident, ResidentToken
from reports.queries.tokens import find_token

_TOKEN = re.compile(r"[0-9a-f]{32,128}")


class BearerAuthentication(TokenAuthentication):
    """The token library's scheme, without its sweep of the person's other tokens.

    The library reads and deletes expired tokens of the same person in every request; here the row
    of this token's hash is looked up, its own expiry included, and a daily task does the sweeping.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Resident, ResidentToken]:
        """Return who the token belongs to; 401 for anything else, bytes that are no token too."""
        text = token.decode("ascii", "replace")
        if not _TOKEN.fullmatch(text):
            raise AuthenticationFailed(_("请先登录"))
        row = find_token(hash_token(text))
        if row is None or row.expiry <= timezone.now() or not row.user.is_active:
            raise AuthenticationFailed(_("请先登录"))
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme of the 401."""
        return "Bearer"

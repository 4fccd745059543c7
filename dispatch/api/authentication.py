"""``Authorization: Bearer county_…``: the county's tokens, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from dispatch.domain.api_tokens import TokenError, check_token, find_token
from dispatch.models import ApiToken
from xiangcun.lib.clients import address_of

KEPT = "county_token"


@dataclass(frozen=True, slots=True)
class CountyClient:
    """Who calls, as the throttle sees it: a token counts by itself, from wherever it is used."""

    pk: str
    is_authenticated: bool = True


class CountyAuthentication(BaseAuthentication):
    """No session, no cookie, no resident's token: a county token or 401."""

    def authenticate(self, request: Request) -> tuple[CountyClient, ApiToken]:
        """Return client and token. A known token is noted on the request even when it is refused."""
        scheme, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            raise TokenError(
                "token_required", "请在请求头 Authorization 中带上令牌：Bearer county_…"
            )
        row = find_token(token.strip())
        vars(request._request)[KEPT] = row  # noqa: SLF001 - DRF's documented underlying request
        check_token(row, address=address_of(request), now=timezone.now())
        return CountyClient(f"county{row.pk}"), row

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme of the 401."""
        return "Bearer"

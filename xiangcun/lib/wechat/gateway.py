"""A call of WeChat's services with our token: a refused token is renewed and the call made once more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from xiangcun.lib.errors import DomainError
from xiangcun.lib.outbound import HttpClient, OutboundError
from xiangcun.lib.wechat.base import BUSY, errcode_of, refusal, unreachable
from xiangcun.lib.wechat.tokens import AccessTokens, StoredToken

STALE = frozenset({40001, 40014, 42001})
TRANSIENT = frozenset({BUSY, 45009, 45011, 45047, 50001})
"""Busy, or over a limit that ends by itself."""
Answer = TypeVar("Answer")


class Gateway:
    """The services of one mini program."""

    def __init__(self, *, base_url: str, tokens: AccessTokens, client: HttpClient) -> None:
        self._base, self._tokens, self._client = base_url.rstrip("/"), tokens, client

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return WeChat's answer, errors of the service in ``errcode``.

        Raises :class:`OutboundError` when there was none and ``DomainError`` when there is no token.
        """
        return self._with_token(lambda token: self._post(path, body, token), dict)

    def post_for_bytes(self, path: str, body: Mapping[str, Any]) -> bytes | dict[str, Any]:
        """Return a picture, or the error that WeChat answered instead."""
        return self._with_token(lambda token: self._picture(path, body, token), _error_in)

    def _with_token(
        self, call: Callable[[StoredToken], Answer], error_of: Callable[[Answer], dict[str, Any]]
    ) -> Answer:
        token = self._tokens.current()
        answer = call(token)
        if errcode_of(error_of(answer)) not in STALE:
            return answer
        answer = call(self._tokens.renew(token))
        if (errcode := errcode_of(error_of(answer))) in STALE:
            raise refusal(errcode)
        return answer

    def _post(self, path: str, body: Mapping[str, Any], token: StoredToken) -> dict[str, Any]:
        params = {"access_token": token.token}
        answer = self._client.post_json(f"{self._base}{path}", body, params=params)
        if not isinstance(answer, dict):
            raise OutboundError("decode", "")
        return answer

    def _picture(
        self, path: str, body: Mapping[str, Any], token: StoredToken
    ) -> bytes | dict[str, Any]:
        params = {"access_token": token.token}
        raw = self._client.post_json_for_bytes(f"{self._base}{path}", body, params=params)
        if not raw.lstrip().startswith(b"{"):
            return raw
        try:
            answer = json.loads(raw)
        except ValueError as error:
            raise OutboundError("decode", "") from error
        return answer if isinstance(answer, dict) else {}


def _error_in(answer: bytes | dict[str, Any]) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else {}


def asked(call: Callable[[], Answer]) -> Answer:
    """Make a call somebody is waiting for: no answer becomes an error fit for the screen."""
    try:
        return call()
    except OutboundError as error:
        raise unreachable() from error


__all__ = ["STALE", "TRANSIENT", "DomainError", "Gateway", "asked"]

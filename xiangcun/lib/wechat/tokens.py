"""The access token of WeChat's services: one for all processes and hosts, fetched by one at a time.

Source: the platform's documentation of ``/cgi-bin/stable_token``. In its ordinary mode WeChat gives
the same token again until five minutes before it ends; the old one works for five minutes more. A
forced refresh ends the old one at once and is allowed twenty times a day, so it is asked for only
when WeChat itself refuses the token that it keeps giving us.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone

from xiangcun.lib.outbound import HttpClient, OutboundError
from xiangcun.lib.wechat.base import BUSY, errcode_of, refusal, unreachable

logger = logging.getLogger(__name__)
EARLY = timedelta(minutes=4)
"""Less than the five minutes in which WeChat hands out the next token beside the old one."""
MARGIN = timedelta(seconds=30)
LEASE = timedelta(seconds=20)
"""Longer than the time-outs of two calls."""
PAUSE = timedelta(seconds=3)
SAME_PAUSE = timedelta(seconds=60)
FORCE_PAUSE = timedelta(seconds=60)
WAIT_SECONDS, POLL_SECONDS = 5.0, 0.1


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What is kept. ``expires_at`` is empty when WeChat has refused this token."""

    token: str = field(default="", repr=False)
    version: int = 0
    expires_at: datetime | None = None
    forced_at: datetime | None = None

    def lasts(self, until: datetime) -> bool:
        """Say whether the token is good at that moment."""
        return bool(self.token) and self.expires_at is not None and self.expires_at > until

    @property
    def spoiled(self) -> bool:
        """Say whether WeChat has refused it."""
        return bool(self.token) and self.expires_at is None


class TokenStore(Protocol):
    """Where the token is kept, the same for every process. Each call is atomic by itself.

    None of them may run inside a transaction of the caller: the others would wait for its end.
    """

    def read(self, app_id: str) -> StoredToken:
        """Return what is kept, nothing yet included."""

    def lease(
        self, app_id: str, *, version: int, holder: str, now: datetime, until: datetime
    ) -> bool:
        """Take the right to fetch the token after ``version``; false when somebody has it."""

    def store(
        self, app_id: str, *, holder: str, token: StoredToken, busy_until: datetime | None
    ) -> bool:
        """Keep a fetched token as the next version; false when the lease went to somebody else."""

    def postpone(self, app_id: str, *, holder: str, until: datetime) -> None:
        """After a failure: nobody tries again before ``until``."""

    def spoil(self, app_id: str, *, version: int) -> None:
        """Note that WeChat refused this version; a newer one stays."""


class AccessTokens:
    """Hands out the token of one app and sees to it that it is fetched in time and once."""

    def __init__(
        self,
        *,
        app_id: str,
        secret: str,
        base_url: str,
        store: TokenStore,
        client: HttpClient,
        clock: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app_id, self._secret = app_id, secret
        self._url = f"{base_url.rstrip('/')}/cgi-bin/stable_token"
        self._store, self._client = store, client
        self._clock, self._sleep = clock, sleep

    def current(self) -> StoredToken:
        """Return a good token; raises ``WechatUnavailableError`` when there is none to be had."""
        kept = self._store.read(self._app_id)
        return kept if kept.lasts(self._clock() + EARLY) else self._refresh(kept)

    def renew(self, refused: StoredToken) -> StoredToken:
        """Return another token than the one that WeChat has just refused."""
        self._store.spoil(self._app_id, version=refused.version)
        logger.warning("wechat_token_refused version=%s", refused.version)
        return self.current()

    def _refresh(self, kept: StoredToken) -> StoredToken:
        """Fetch the next token, or use the old one, or wait for whoever is fetching."""
        holder = uuid.uuid4().hex
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            now = self._clock()
            if self._store.lease(
                self._app_id, version=kept.version, holder=holder, now=now, until=now + LEASE
            ):
                return self._fetch(kept, holder)
            kept = self._store.read(self._app_id)
            if kept.lasts(now):
                return kept
            if time.monotonic() > deadline:
                raise unreachable()
            self._sleep(POLL_SECONDS)

    def _fetch(self, kept: StoredToken, holder: str) -> StoredToken:
        try:
            fetched = self._ask_until_another(kept)
        except Exception:
            now = self._clock()
            self._store.postpone(self._app_id, holder=holder, until=now + PAUSE)
            if kept.lasts(now):
                return kept
            raise
        # The same token again, and soon to end: ask in a minute and not at every call.
        busy_until = self._clock() + SAME_PAUSE if fetched.token == kept.token else None
        if not self._store.store(self._app_id, holder=holder, token=fetched, busy_until=busy_until):
            return self._store.read(self._app_id)
        logger.info("wechat_token_stored version=%s", fetched.version)
        return fetched

    def _ask_until_another(self, kept: StoredToken) -> StoredToken:
        fetched = self._ask(kept, force=False)
        if not kept.spoiled or fetched.token != kept.token:
            return fetched
        if kept.forced_at is not None and kept.forced_at + FORCE_PAUSE > self._clock():
            raise unreachable()
        return self._ask(kept, force=True)

    def _ask(self, kept: StoredToken, *, force: bool) -> StoredToken:
        now = self._clock()
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        answer = self._post(body)
        if errcode_of(answer) == BUSY:
            answer = self._post(body)
        if errcode := errcode_of(answer):
            raise refusal(errcode)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise unreachable()
        return StoredToken(
            token=token,
            version=kept.version + 1,
            expires_at=now + timedelta(seconds=seconds) - MARGIN,
            forced_at=now if force else kept.forced_at,
        )

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._client.post_json(self._url, body)
        except OutboundError as error:
            raise unreachable() from error
        if not isinstance(answer, dict):
            raise unreachable()
        return answer

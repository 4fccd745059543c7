"""Where the access token of WeChat's services is kept: one sealed row an app, the same for all hosts.

A row and not the cache: Redis may be away or emptied, and then every process would fetch at once.
Each method is one UPDATE whose conditions decide between those who come at the same moment.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import F, Q

from reports.models import WechatToken
from xiangcun.lib.sealing import UnreadableSecretError, seal, unseal
from xiangcun.lib.wechat import StoredToken

logger = logging.getLogger(__name__)
_PURPOSE = "wechat-token"


class RowTokenStore:
    """A ``TokenStore`` over ``WechatToken``."""

    def read(self, app_id: str) -> StoredToken:
        """Return the token; one that our key does not open any more is as good as none."""
        row, _created = WechatToken.objects.get_or_create(app_id=app_id)
        try:
            token = unseal(row.sealed, purpose=_PURPOSE)
        except UnreadableSecretError:
            logger.warning("wechat_token_unreadable version=%s", row.version)
            token = ""
        return StoredToken(
            token=token,
            version=row.version,
            expires_at=row.expires_at,
            forced_at=row.forced_at,
        )

    def lease(
        self, app_id: str, *, version: int, holder: str, now: datetime, until: datetime
    ) -> bool:
        """Take the lease unless somebody holds it or has fetched since."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        rows = WechatToken.objects.filter(free, app_id=app_id, version=version)
        return bool(rows.update(lease_holder=holder, lease_until=until))

    def store(
        self, app_id: str, *, holder: str, token: StoredToken, busy_until: datetime | None
    ) -> bool:
        """Keep the token if the lease is still ours."""
        rows = WechatToken.objects.filter(app_id=app_id, lease_holder=holder)
        return bool(
            rows.update(
                sealed=seal(token.token, purpose=_PURPOSE),
                version=F("version") + 1,
                expires_at=token.expires_at,
                forced_at=token.forced_at,
                lease_holder="",
                lease_until=busy_until,
            )
        )

    def postpone(self, app_id: str, *, holder: str, until: datetime) -> None:
        """Let the lease end a little later than now."""
        rows = WechatToken.objects.filter(app_id=app_id, lease_holder=holder)
        rows.update(lease_holder="", lease_until=until)

    def spoil(self, app_id: str, *, version: int) -> None:
        """Forget how long this version was to last, and who was waiting to look at it again."""
        rows = WechatToken.objects.filter(app_id=app_id, version=version, lease_holder="")
        if not rows.update(expires_at=None, lease_until=None):
            WechatToken.objects.filter(app_id=app_id, version=version).update(expires_at=None)

"""The one HTTP client: time-outs, a size cap, a safe JSON decode, and logs without secrets."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry

logger = logging.getLogger(__name__)
CONNECT_SECONDS, READ_SECONDS = 2.0, 4.0
MAX_ANSWER_BYTES = 1024 * 1024
Kind = Literal["timeout", "connect", "http", "decode"]
Answer = TypeVar("Answer")


class OutboundError(Exception):
    """Another system did not answer usefully: ``kind`` says how, ``status`` is set for ``http``.

    ``arrived`` is false when the request certainly never left: only then is it safe to send a
    message again that must not come twice.
    """

    def __init__(
        self, kind: Kind, host: str, status: int | None = None, *, arrived: bool = True
    ) -> None:
        super().__init__(f"{kind} {host} {status or ''}".strip())
        self.kind = kind
        self.host = host
        self.status = status
        self.arrived = arrived


class HttpClient:
    """A kept-alive session; tries again what never arrived, and a GET after 502, 503 or 504."""

    def __init__(self, *, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> None:
        self._timeout = (connect, read)
        self._session = requests.Session()
        retry = Retry(
            total=2, connect=2, read=False, backoff_factor=0.1, status_forcelist=(502, 503, 504),
            allowed_methods=("GET",), raise_on_status=False, respect_retry_after_header=False,
        )  # fmt: skip
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def close(self) -> None:
        """Give the kept connections back."""
        self._session.close()

    def get_json(self, url: str, *, params: dict[str, str] | None = None) -> Any:
        """Return the decoded answer whatever its content type; :class:`OutboundError` otherwise."""
        return self._json("GET", url, params=params)

    def post_json(self, url: str, body: Any, *, params: dict[str, str] | None = None) -> Any:
        """Send ``body`` as JSON and return the decoded answer; never again once it may have arrived."""
        return self._json("POST", url, params=params, json=body)

    def post_json_for_bytes(
        self, url: str, body: Any, *, params: dict[str, str] | None = None
    ) -> bytes:
        """Send ``body`` as JSON and return the answer as it is: a picture, or an error in JSON."""
        return self._timed(bytes, "POST", url, params=params, json=body)

    def send_bytes(
        self, method: str, url: str, body: bytes | None, *, headers: dict[str, str]
    ) -> Any:
        """Send a body that is built (and perhaps signed) already; return the decoded answer."""
        return self._json(method, url, data=body, headers=headers)

    def _json(self, method: str, url: str, **options: Any) -> Any:
        return self._timed(json.loads, method, url, **options)

    def _timed(
        self, decode: Callable[[bytes], Answer], method: str, url: str, **options: Any
    ) -> Answer:
        host = urlsplit(url).hostname or ""
        started = time.monotonic()
        outcome = "ok"
        try:
            return decode(self._read(method, url, host, options))
        except OutboundError as error:
            outcome = error.kind
            raise
        except (ValueError, RecursionError) as error:
            outcome = "decode"
            raise OutboundError("decode", host) from error
        finally:
            spent = round((time.monotonic() - started) * 1000)
            logger.info("outbound_call host=%s ms=%s outcome=%s", host, spent, outcome)

    def _read(self, method: str, url: str, host: str, options: dict[str, Any]) -> bytes:
        """Read at most ``MAX_ANSWER_BYTES``; the causes are dropped, their text holds the query."""
        try:
            with self._session.request(
                method, url, timeout=self._timeout, stream=True, allow_redirects=False, **options
            ) as answer:
                if answer.status_code >= 300:
                    raise OutboundError("http", host, answer.status_code)
                body = b""
                for chunk in answer.iter_content(16_384):
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise OutboundError("decode", host)
                return body
        except requests.ConnectTimeout:
            raise OutboundError("timeout", host, arrived=False) from None
        except requests.Timeout:
            raise OutboundError("timeout", host) from None
        except requests.RequestException as error:
            raise OutboundError("connect", host, arrived=not _never_left(error)) from None


def _never_left(error: requests.RequestException) -> bool:
    """Say whether not even a connection was made."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)

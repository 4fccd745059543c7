"""A small HTTP client of the resident API, one kept connection each, for the benchmarks."""

from __future__ import annotations

import http.client
import json
import uuid
from pathlib import Path
from typing import Any

MIMES = {".jpg": "image/jpeg", ".heic": "image/heic", ".heif": "image/heif"}


class ApiClient:
    """Talks to ``127.0.0.1:port``; ``token`` may be given or fetched by :meth:`log_in`."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def log_in(self, name: str) -> dict[str, Any]:
        """Log a resident in by the embedded default's ``dev:`` login."""
        _, answer = self.call("POST", "/api/v1/session", {"code": f"dev:{name}"})
        self._token = answer["token"]
        return dict(answer)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Send JSON, return (status, decoded body)."""
        data = json.dumps(body).encode() if body is not None else None
        return self._send(method, path, data, "application/json")

    def upload(self, path: Path) -> tuple[int, Any]:
        """Send one photo as a phone does: multipart, one file a call."""
        boundary = uuid.uuid4().hex
        mime = MIMES.get(path.suffix.lower(), "application/octet-stream")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
            f"Content-Type: {mime}\r\n\r\n"
        )
        data = head.encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        return self._send(
            "POST", "/api/v1/photos", data, f"multipart/form-data; boundary={boundary}"
        )

    def _send(self, method: str, path: str, data: bytes | None, mime: str) -> tuple[int, Any]:
        headers = {"Content-Type": mime, "Host": "localhost"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, OSError):
            # The server closed a kept connection: one fresh one; client_id makes the repeat safe.
            self._connection.close()
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None


def report_body(text: str, lat: float, lng: float, **extra: Any) -> dict[str, Any]:
    """Return a report as a phone sends it (WGS-84); alike ones of one person are meant so."""
    location = {
        "lat": lat,
        "lng": lng,
        "coord_type": "wgs84",
        "accuracy": 15,
        "source": "gps",
        "address": "",
    }
    return {
        "client_id": str(uuid.uuid4()), "kind": "problem", "text": text, "location": location,
        "photos": [], "anonymous": False, "repeat_ok": True, **extra,
    }  # fmt: skip

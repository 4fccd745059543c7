"""The cast of the resident's tests, a private media folder, a client that speaks JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from reports.models import Category, Resident
from reports.queries.categories import forget_tree
from tests.factories import make_category, make_resident, make_token


class Api:
    """Calls ``/api/v1`` as one person (or nobody) and reads JSON back."""

    def __init__(self, token: str | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, **extra: Any) -> Any:
        return self._send("POST", path, body, **extra)

    def put(self, path: str, body: Any = None, **extra: Any) -> Any:
        return self._send("PUT", path, body, **extra)

    def delete(self, path: str) -> Any:
        return self._send("DELETE", path, None)

    def upload(self, path: str, fields: dict[str, Any]) -> Any:
        return self.client.post(f"/api/v1{path}", fields, headers=self.headers)

    def raw(self, path: str, body: bytes, content_type: str = "application/json") -> HttpResponse:
        answer: Any = self.client.post(
            f"/api/v1{path}", body, content_type=content_type, headers=self.headers
        )
        return answer  # type: ignore[no-any-return]

    def _send(self, method: str, path: str, body: Any, **extra: Any) -> Any:
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self.client.generic(
            method,
            f"/api/v1{path}",
            data,
            content_type="application/json",
            headers=self.headers,
            **extra,
        )


@pytest.fixture(autouse=True)
def _fresh_tree() -> Iterator[None]:
    """No test sees the category tree of another's rolled back rows."""
    forget_tree()
    yield
    forget_tree()


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Return the folder that photos of this test go to."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def zhang(db: None) -> Resident:
    return make_resident("张三")


@pytest.fixture
def li(db: None) -> Resident:
    return make_resident("李四")


@pytest.fixture
def api(zhang: Resident) -> Api:
    """Speak as 张三."""
    return Api(make_token(zhang))


@pytest.fixture
def other(li: Resident) -> Api:
    """Speak as 李四."""
    return Api(make_token(li))


@pytest.fixture
def nobody() -> Api:
    """Speak without a token."""
    return Api()


@pytest.fixture
def garbage(db: None) -> Category:
    return make_category()


def report_body(**changes: Any) -> dict[str, Any]:
    """Return a good body of ``POST /reports``."""
    return {
        "client_id": str(uuid.uuid4()),
        "kind": "problem",
        "text": "村口的垃圾堆了三天，没有人清运",
        "location": {
            "lat": 30.31,
            "lng": 120.5,
            "coord_type": "wgs84",
            "source": "gps",
            "accuracy": 15,
            "address": "临江村村口",
        },
        **changes,
    }


@pytest.fixture
def body() -> dict[str, Any]:
    return report_body()

"""What the browser and everything between may keep of an answer: nothing that is somebody's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from reports.api.base import PublicView
from tests.factories import make_report
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db
PARTS = {
    "number": "XC261124-AAAAAA", "code": "ABCDEFGH", "topic": "9", "poll": "9", "key": "9",
}  # fmt: skip


def private_paths() -> list[str]:
    """Return every path of the API that asks who is calling, and the sign-in."""
    found = []
    for pattern in get_resolver("reports.api.urls").url_patterns:
        assert isinstance(pattern, URLPattern)
        view: Any = pattern.callback
        if not issubclass(view.cls, PublicView):
            path = str(pattern.pattern)
            for name, value in PARTS.items():
                path = path.replace(f"<str:{name}>", value)
            found.append(f"/{path}")
    return found


def test_there_are_paths_to_look_at() -> None:
    paths = private_paths()
    assert {"/me", "/session", "/reports", "/inbox", "/me/export", "/photos"} <= set(paths)
    assert not [path for path in paths if "<" in path]


@pytest.mark.parametrize("path", private_paths())
def test_no_answer_of_ones_own_is_kept(path: str, api: Api, nobody: Api) -> None:
    for answer in (api.get(path), nobody.get(path), api.post(path, {}), nobody.post(path, {})):
        assert "no-store" in answer.headers["Cache-Control"], (path, answer.status_code)


def test_a_report_is_not_kept(api: Api, zhang: Any) -> None:
    report = make_report(zhang)
    answer = api.get(f"/reports/{report.number}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")


@pytest.mark.parametrize("path", ["/session", "/me"])
def test_who_leaves_takes_the_kept_photos_along(path: str, api: Api) -> None:
    answer = api.delete(path)
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (204, '"cache"')

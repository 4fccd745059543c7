"""The shells: the same for everybody, strict in what they may run, no cookie, no inline script or style."""

from __future__ import annotations

import gzip
import re

import pytest
from django.test import Client
from django.urls import reverse

from reports.h5.pages import PAGES
from tests.reports.h5.collected import source_of

pytestmark = pytest.mark.django_db

OTHERS = {
    "case": "h5:case-shell",
    "guide": "h5:guide-shell",
    "bulletin": "h5:bulletin-shell",
    "public": "public",
}
ADDRESSES = {name: reverse(OTHERS.get(name, f"h5:{name}")) for name in PAGES}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_shell_carries_nothing_that_is_somebodys(client: Client, name: str) -> None:
    answer = client.get(ADDRESSES[name])
    assert answer.status_code == 200
    again = Client(headers={"authorization": "Bearer 0123", "cookie": "sessionid=x"})
    assert again.get(ADDRESSES[name] + "?g=330114007001").content == answer.content
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_shell_runs_only_files_of_ours(client: Client, name: str) -> None:
    answer = client.get(ADDRESSES[name])
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    html = answer.content.decode()
    assert not re.search(r"\son[a-z]+=", html), "an event handler in the markup"
    assert not re.search(r"\sstyle=|<style", html), "the policy would drop it"
    for script in re.findall(r"<script[^>]*>[^<]+</script>", html):
        assert 'type="application/json"' in script


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_shell_has_one_heading_a_way_back_and_a_title(client: Client, name: str) -> None:
    html = client.get(ADDRESSES[name]).content.decode()
    page = PAGES[name]
    assert html.count("<h1") == 1
    assert f"<title>{page.heading}" in html
    assert ('id="h5-back"' in html) == bool(page.back)
    assert html.count('aria-current="page"') == (1 if page.tab else 0)


def test_every_case_has_the_same_shell(client: Client) -> None:
    one = client.get(reverse("h5:case", args=["XC261128-0001"])).content
    assert client.get(reverse("h5:case", args=["XC261128-0002"])).content == one
    assert client.get(reverse("h5:case-shell")).content == one


def test_a_shell_is_small_on_the_line(client: Client) -> None:
    answer = client.get(reverse("h5:home"), headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == client.get(reverse("h5:home")).content
    assert len(answer.content) < 9_000


def test_a_shell_cannot_be_posted_to(client: Client) -> None:
    assert client.post(reverse("h5:home")).status_code == 405
    assert client.get("/h5/nothing").status_code == 404


def test_the_front_door_is_the_residents(client: Client) -> None:
    assert client.get("/").headers["Location"] == reverse("h5:home")


def test_the_manifest_makes_it_installable(client: Client) -> None:
    answer = client.get(reverse("h5:manifest"))
    assert answer.headers["Content-Type"] == "application/manifest+json"
    body = answer.json()
    assert body["start_url"] == body["scope"] == reverse("h5:home")
    assert body["display"] == "standalone"
    sizes = {(icon["sizes"], icon.get("purpose", "any")) for icon in body["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in body["icons"]:
        assert source_of(icon["src"].removeprefix("/static/")).read_bytes()[:4] == b"\x89PNG"
    for shortcut in body["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200


def test_a_shell_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    first = client.get(reverse("h5:home"), headers={"accept-encoding": "gzip"})
    mark = first.headers["ETag"]
    again = client.get(
        reverse("h5:home"), headers={"accept-encoding": "gzip", "if-none-match": mark}
    )
    assert again.status_code == 304
    assert again.content == b""

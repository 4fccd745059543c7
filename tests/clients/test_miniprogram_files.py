"""The reference mini program without a server: its files, and every page in every state."""

from __future__ import annotations

import json
import re

from django.conf import settings

from tests.nodejs import ROOT, run_node_tests

CLIENT = ROOT / "clients/miniprogram"


def test_files_and_pages_hold() -> None:
    run_node_tests("without_server")


def test_the_servers_defaults_name_pages_that_the_client_has() -> None:
    pages = json.loads((CLIENT / "app.json").read_text(encoding="utf-8"))["pages"]
    assert settings.WECHAT_CODE_PAGE in pages
    assert settings.WECHAT_MESSAGE_PAGE.partition("?")[0] in pages


def test_what_is_published_is_nobodys() -> None:
    """The example has a tourist's app id, no name for development and no address of ours."""
    project = json.loads((CLIENT / "project.config.json").read_text(encoding="utf-8"))
    assert project["appid"] == "touristappid"
    config = (CLIENT / "config.js").read_text(encoding="utf-8")
    assert re.search(r'devName: ""', config)
    assert re.findall(r"https?://[\w.]+", config) == ["https://xiaonao.example.gov.cn"]

"""The reference mini program against a running township: ``tests/clients/miniprogram/with_server``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.miniprogram import draw_album, furnish, office_at_hand, settings_of
from tests.e2e.township import running_township
from tests.fakes.wechat import fake_wechat
from tests.nodejs import find_node, run_node_tests

pytestmark = pytest.mark.e2e


def test_the_mini_program_holds_against_the_server(empty: Path, tmp_path: Path) -> None:
    find_node()
    (tmp_path / "data").mkdir()
    (tmp_path / "album").mkdir()
    with fake_wechat() as wechat:
        furnish(wechat)
        more = settings_of(wechat)
        with (
            running_township(tmp_path / "data", empty, **more) as instance,
            office_at_hand(instance, wechat) as office,
        ):
            album = draw_album(tmp_path / "album")
            run_node_tests("with_server", SERVER=instance.base, OFFICE=office, PHOTOS=str(album))

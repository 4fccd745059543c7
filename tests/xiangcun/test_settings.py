"""A start with a real environment, in a real process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

KEY = "".join(chr(48 + i) for i in range(60))
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": KEY,
    "LEDGER_KEY": KEY[::-1],
    "ALLOWED_HOSTS": "town.example",
    "WECHAT_APPID": "wx1",
    "WECHAT_SECRET": "x",
    "DATABASE_URL": "postgres://u:p@db.example/town",
    "REDIS_URL": "redis://cache.example:6379/0",
}


def manage(
    tmp_path: Path, environment: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env={**kept, "XIANGCUN_DATA": str(tmp_path), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_works_embedded_without_any_variable(tmp_path: Path) -> None:
    done = manage(tmp_path, {}, "check")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secret_key").exists()
    assert (tmp_path / "ledger_key").exists()


def test_it_works_in_production_and_the_deploy_check_is_silent(tmp_path: Path) -> None:
    done = manage(tmp_path, PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert not (tmp_path / "secret_key").exists()


def test_it_forbids_unsafe_production_and_tells_everything_at_once(tmp_path: Path) -> None:
    unsafe = {"DEBUG": "0", "ALLOWED_HOSTS": "*", "GUEST_LOGIN": "0"}
    done = manage(tmp_path, unsafe, "check")
    assert done.returncode == 2
    for name in ("SECRET_KEY", "LEDGER_KEY", "ALLOWED_HOSTS", "WECHAT_APPID", "DATABASE_URL"):
        assert f"- {name}: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("DB_POOL_SIZE", "many"),
        ("REDIS_URL", "http://x"),
        ("DATABASE_URL", "mysql://x/y"),
        ("WECHAT_CODE_VERSION", "newest"),
    ],
)
def test_it_validates_values_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    environment = {"DATABASE_URL": "postgres://u@h/d", name: value}
    done = manage(tmp_path, environment, "check")
    assert done.returncode == 2
    assert f"{name}: " in done.stderr
    assert "Traceback" not in done.stderr

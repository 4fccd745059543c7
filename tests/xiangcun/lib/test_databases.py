"""Database settings."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from xiangcun.lib.databases import PostgresLimits, postgres_settings, sqlite_settings

LIMITS = PostgresLimits(pool_min=1, pool_max=4, connect_seconds=3, statement_ms=500)


def test_it_works() -> None:
    url = urlsplit("postgres://us%40er:p%2Fw@db.example:6432/town?sslmode=require")
    settings = postgres_settings(url, LIMITS)
    assert settings["NAME"] == "town"
    assert settings["USER"] == "us@er"
    assert settings["PASSWORD"] == "p/w"
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "6432")
    assert settings["OPTIONS"] == {
        "sslmode": "require",
        "connect_timeout": 3,
        "options": "-c random_page_cost=1.1 -c statement_timeout=500",
        "pool": {"min_size": 1, "max_size": 4, "timeout": 3},
    }


def test_it_keeps_connections_without_a_pool() -> None:
    limits = PostgresLimits(pool_min=1, pool_max=0, connect_seconds=3, statement_ms=0)
    settings = postgres_settings(urlsplit("postgres:///town"), limits)
    assert settings["OPTIONS"] == {
        "connect_timeout": 3,
        "options": "-c random_page_cost=1.1",
    }
    assert settings["CONN_MAX_AGE"] == 600


def test_it_prepares_statements_that_the_server_binds() -> None:
    limits = replace(LIMITS, prepare_after=5)
    options = postgres_settings(urlsplit("postgres:///town"), limits)["OPTIONS"]
    assert options["prepare_threshold"] == 5
    assert options["server_side_binding"] is True


def test_it_takes_the_write_lock_at_once_on_sqlite(tmp_path: Path) -> None:
    options = sqlite_settings(tmp_path / "x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]

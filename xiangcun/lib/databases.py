"""Database settings from a URL, and the pragmas and time-outs that belong to each engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

SQLITE_BUSY_SECONDS = 20
# WAL lets readers pass a writer; NORMAL cannot corrupt in WAL mode and is 30 % faster than FULL.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA foreign_keys=ON;"
    # Freed pages are wiped: what somebody had erased must not be read from the file.
    "PRAGMA secure_delete=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-16000;"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresLimits:
    """Pool sizes are per process; the time-outs are in seconds except ``statement_ms``.

    A statement is prepared on the server after ``prepare_after`` runs on a connection; 0 for never.
    """

    pool_min: int
    pool_max: int
    connect_seconds: int
    statement_ms: int
    prepare_after: int = 0


def sqlite_settings(file: Path) -> dict[str, Any]:
    """Return ``DATABASES["default"]`` for a SQLite file.

    IMMEDIATE takes the write lock when a transaction begins: with the default, a reader that turns
    writer fails at once with "database is locked", however long the busy time-out is.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_SECONDS,
            "init_command": SQLITE_PRAGMAS,
        },
        # Tests race real threads against each other; a database in memory would be one connection.
        "TEST": {"NAME": file.with_name("test.sqlite3")},
    }


def postgres_settings(url: SplitResult, limits: PostgresLimits) -> dict[str, Any]:
    """Return ``DATABASES["default"]`` for ``postgres://user:pw@host:port/name?sslmode=…``.

    The query string is handed to libpq. A pool of size 0 keeps one connection per thread instead.
    """
    options: dict[str, Any] = dict(parse_qsl(url.query))
    options["connect_timeout"] = limits.connect_seconds
    # What people look at stays in memory: with the price of a turning disk, PostgreSQL reads whole
    # tables for a page of 25 rows.
    session = ["-c random_page_cost=1.1"]
    if limits.statement_ms:
        session.append(f"-c statement_timeout={limits.statement_ms}")
    options["options"] = " ".join(session)
    if limits.prepare_after:
        # Only parameters that are bound by the server leave a text that can be prepared.
        options["server_side_binding"] = True
        options["prepare_threshold"] = limits.prepare_after
    if limits.pool_max:
        options["pool"] = {
            "min_size": min(limits.pool_min, limits.pool_max),
            "max_size": limits.pool_max,
            "timeout": limits.connect_seconds,
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 0 if limits.pool_max else 600,
        "CONN_HEALTH_CHECKS": not limits.pool_max,
        "OPTIONS": options,
    }

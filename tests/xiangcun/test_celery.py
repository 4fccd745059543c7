"""Between two tasks a worker gives its connection back and keeps the pool it came from."""

from types import SimpleNamespace

import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]  # not in the stubs
from django.db import connection

from xiangcun.celery import app, give_connections_back


@pytest.mark.django_db(transaction=True)
def test_it_works() -> None:
    connection.ensure_connection()
    give_connections_back(SimpleNamespace(request=SimpleNamespace(is_eager=False)))
    kept_for_ever = connection.settings_dict["CONN_MAX_AGE"] != 0
    assert (connection.connection is None) is not kept_for_ever


@pytest.mark.django_db
def test_an_eager_task_leaves_its_callers_connection_alone() -> None:
    connection.ensure_connection()
    given = connection.connection
    give_connections_back(SimpleNamespace(request=SimpleNamespace(is_eager=True)))
    assert connection.connection is given


@pytest.mark.django_db(transaction=True)
def test_celery_itself_does_not_close_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append("connection"))
    monkeypatch.setattr(connection, "close_pool", lambda: closed.append("pool"), raising=False)
    fixup = DjangoWorkerFixup(app)
    for _task in range(3):
        fixup.close_database()
    assert closed == []

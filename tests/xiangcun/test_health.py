"""``/healthz`` and ``/readyz`` over HTTP, against the engine of this run."""

import time
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.core.cache import cache
from django.test import Client

from xiangcun import health as checks
from xiangcun.heartbeat import STALE_SECONDS, heartbeat, write_heartbeat
from xiangcun.lib import health

OURS = ("database", "broker", "worker", "storage", "disk")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    ours = {name: entry for name, entry in health._registry.items() if name in OURS}
    monkeypatch.setattr(health, "_registry", ours)


def failing(client: Client) -> list[str]:
    response = client.get("/readyz")
    body: dict[str, Any] = response.json()
    assert response.status_code == (503 if body["failing"] else 200)
    assert body["status"] == ("fail" if body["failing"] else "ok")
    assert list(body["checks"]) == list(OURS)
    names: list[str] = body["failing"]
    return names


def test_it_works(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    heartbeat()
    assert failing(client) == []


def test_it_names_a_worker_without_pulse(client: Client) -> None:
    assert failing(client) == ["worker"]
    write_heartbeat(time.time() - STALE_SECONDS - 60)
    response = client.get("/readyz").json()
    assert "秒没有心跳" in response["checks"]["worker"]["message"]


def test_it_names_the_broker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    write_heartbeat(time.time())
    elsewhere = Celery("elsewhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    elsewhere.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
    monkeypatch.setattr(checks, "current_app", elsewhere)
    assert failing(client) == ["broker"]


def test_it_names_the_storage(client: Client, settings: Any, tmp_path: Path) -> None:
    write_heartbeat(time.time())
    blocked = tmp_path / "file"
    blocked.touch()
    settings.MEDIA_ROOT = blocked
    assert failing(client) == ["storage"]


def test_it_names_the_disk(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    write_heartbeat(time.time())
    monkeypatch.setattr(checks, "MIN_FREE_BYTES", 2**63)
    assert failing(client) == ["disk"]


def test_it_leaves_nothing_behind(client: Client, tmp_path: Path) -> None:
    failing(client)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_it_forbids_other_methods_and_caching(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert "no-store" in client.get("/readyz")["Cache-Control"]


def test_it_forgets_an_old_pulse() -> None:
    cache.clear()
    assert checks.check_worker().ok is False


def test_a_degraded_part_is_named_and_stays_in_rotation(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_heartbeat(time.time())
    monkeypatch.setattr(health, "_registry", dict(health._registry))
    health.register("spare", "备用", lambda: health.Outcome(True, "用备用的", degraded=True))
    response = client.get("/readyz")
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "degraded")
    assert (body["failing"], body["degraded"]) == ([], ["spare"])
    assert body["checks"]["spare"]["message"] == "用备用的"

import pytest
from django.conf import settings

from reports.api.base import ApiView
from tests.reports.conftest import Api
from xiangcun.lib.drf.throttling import CounterThrottle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = dict.fromkeys(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "2/min")
    monkeypatch.setattr(CounterThrottle, "THROTTLE_RATES", rates)


@pytest.mark.parametrize("path", ["/me", "/reports", "/categories", "/public/reports"])
def test_it_works(api: Api, path: str) -> None:
    statuses = [api.get(path).status_code for _ in range(3)]
    assert statuses[-1] == 429
    answer = api.get(path)
    assert answer.json()["code"] == "too_many_requests"
    assert int(answer.headers["Retry-After"]) >= 1


def test_it_counts_writing_apart_from_reading(api: Api) -> None:
    for _ in range(3):
        api.get("/reports")
    assert api.post("/reports", {}).status_code == 400


def test_it_names_a_scope_that_has_a_rate_on_every_view() -> None:
    def subclasses(view: type) -> list[type]:
        return [view, *(deep for sub in view.__subclasses__() for deep in subclasses(sub))]

    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    scopes = {getattr(view, "throttle_scope", None) for view in subclasses(ApiView)}
    assert {scope for scope in scopes if isinstance(scope, str)} <= set(rates)

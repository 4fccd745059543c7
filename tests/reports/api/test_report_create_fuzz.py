"""Whatever JSON comes, the answer is a decision and never a fault of ours."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_resident, make_token
from tests.reports.conftest import Api, report_body

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        [
            "wgs84",
            "gps",
            "0401",
            "problem",
            "\x00",
            "\ud83d",
            "00000000-0000-0000-0000-000000000000",
        ]
    )
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = sorted(report_body())
PLACES = sorted(report_body()["location"])


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """A good body with some of it replaced, or anything at all."""
    if draw(st.integers(0, 4)) == 0:
        return draw(ANYTHING)
    body = report_body()
    for name in draw(
        st.lists(st.sampled_from([*FIELDS, "photos", "join", "category"]), max_size=3)
    ):
        body[name] = draw(ANYTHING)
    if isinstance(body["location"], dict) and draw(st.booleans()):
        body["location"][draw(st.sampled_from(PLACES))] = draw(ANYTHING)
    return body


@pytest.mark.django_db
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(body=bodies())
def test_it_never_fails_on_any_json(body: Any) -> None:
    api = Api(make_token(make_resident()))
    answer = api.raw("/reports", json.dumps(body).encode("utf-8", "surrogatepass"))
    assert answer.status_code in {200, 201, 400, 409, 413}
    if answer.status_code >= 400:
        assert set(json.loads(answer.content)) == {"code", "message", "errors", "request_id"}

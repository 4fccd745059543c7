"""``X-Channel`` names the door a report came through, and only one of the resident's own doors."""

import pytest

from reports.enums import Channel, ResidentRole
from reports.models import Report, Resident
from tests.reports.conftest import Api, report_body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("word", "channel"),
    [
        ("h5", Channel.H5),
        ("miniprogram", Channel.MINIPROGRAM),
        ("", Channel.MINIPROGRAM),
        ("import", Channel.MINIPROGRAM),
        ("grid", Channel.MINIPROGRAM),
        ("H5", Channel.MINIPROGRAM),
    ],
)
def test_it_picks_among_the_residents_doors(word: str, channel: Channel, api: Api) -> None:
    api.headers["x-channel"] = word
    answer = api.post("/reports", report_body())
    assert answer.status_code == 201
    assert Report.objects.get().channel == channel


def test_a_grid_officer_stays_one(api: Api, zhang: Resident) -> None:
    Resident.objects.filter(pk=zhang.pk).update(role=ResidentRole.GRID)
    api.headers["x-channel"] = "h5"
    assert api.post("/reports", report_body()).status_code == 201
    assert Report.objects.get().channel == Channel.GRID


def test_a_retry_through_another_door_is_the_same_report(api: Api) -> None:
    body = report_body()
    api.headers["x-channel"] = "h5"
    first = api.post("/reports", body)
    del api.headers["x-channel"]
    again = api.post("/reports", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert Report.objects.get().channel == Channel.H5

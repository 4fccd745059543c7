"""The shape of API errors."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, serializers

from xiangcun.lib.drf.errors import exception_handler
from xiangcun.lib.errors import ConflictError


class Place(serializers.Serializer[dict[str, object]]):
    lat = serializers.FloatField(max_value=90)


class Body(serializers.Serializer[dict[str, object]]):
    location = Place()
    photos = serializers.ListField(child=serializers.IntegerField())


def test_it_works() -> None:
    response = exception_handler(ConflictError("not_now", "现在不行"), {})

    assert response is not None
    assert response.status_code == 409
    assert response.data == {
        "code": "not_now",
        "message": "现在不行",
        "errors": [],
        "request_id": "",
    }


def test_it_flattens_paths() -> None:
    body = Body(data={"location": {"lat": 91}, "photos": ["x"]})
    with pytest.raises(exceptions.ValidationError) as caught:
        body.is_valid(raise_exception=True)

    response = exception_handler(caught.value, {})

    assert response is not None
    found = {error["field"]: error["code"] for error in response.data["errors"]}
    assert found == {"location.lat": "too_large", "photos[0]": "invalid"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (exceptions.NotAuthenticated(), 401, "not_signed_in"),
        (exceptions.Throttled(7), 429, "too_many_requests"),
        (RequestDataTooBig(), 413, "body_too_large"),
        (exceptions.UnsupportedMediaType("x"), 415, "unsupported_media_type"),
    ],
)
def test_it_maps(error: Exception, status: int, code: str) -> None:
    response = exception_handler(error, {})

    assert response is not None
    assert (response.status_code, response.data["code"]) == (status, code)

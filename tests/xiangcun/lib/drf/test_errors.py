"""The shape of API errors."""

import io
import json
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import Http404, JsonResponse
from django.test import RequestFactory
from rest_framework import exceptions, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from xiangcun.lib.drf.errors import api_400, api_403, api_404, api_500, exception_handler
from xiangcun.lib.drf.parsers import MAX_JSON_BYTES, StrictJSONParser
from xiangcun.lib.errors import ConflictError

REQUEST = RequestFactory().get("/api/v1/x")


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


@pytest.mark.parametrize(
    ("response", "status", "code"),
    [
        (api_400(REQUEST, SuspiciousOperation()), 400, "bad_request"),
        (api_400(REQUEST, RequestDataTooBig()), 413, "body_too_large"),
        (api_400(REQUEST, TooManyFieldsSent()), 413, "body_too_large"),
        (api_403(REQUEST), 403, "not_allowed"),
        (api_404(REQUEST), 404, "not_found"),
        (api_500(REQUEST), 500, "server_error"),
    ],
)
def test_it_answers_outside_of_a_view(response: JsonResponse, status: int, code: str) -> None:
    body = json.loads(response.content)

    assert response.headers["Content-Type"] == "application/json"
    assert (response.status_code, body["code"]) == (status, code)
    assert body.keys() == {"code", "message", "errors", "request_id"}
    assert body["message"] in response.content.decode()


class Upload(APIView):
    authentication_classes: Any = []
    permission_classes: Any = []
    throttle_classes: Any = []
    parser_classes: Any = [StrictJSONParser, MultiPartParser]

    def post(self, request: Request) -> Response:
        return Response({"fields": sorted(request.data)})


def send(body: bytes, content_type: str) -> Any:
    return Upload.as_view()(RequestFactory().post("/", body, content_type=content_type))


FORM = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (FORM, "multipart/form-data", 400, "invalid_form"),
        (FORM, "multipart/form-data; boundary=" + "é" * 9, 400, "invalid_form"),
        (b"{", "application/json", 400, "invalid_json"),
        (b'{"a":"' + b"x" * MAX_JSON_BYTES + b'"}', "application/json", 413, "body_too_large"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
)
def test_it_names_what_is_wrong_with_a_body(
    body: bytes, content_type: str, status: int, code: str
) -> None:
    response = send(body, content_type)
    assert (response.status_code, response.data["code"]) == (status, code)


def test_it_takes_a_whole_form() -> None:
    assert send(FORM, "multipart/form-data; boundary=x").data == {"fields": ["a"]}


class LostLine(io.BytesIO):
    """A phone that walks into a tunnel."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("connection reset")


def test_it_logs_no_500_when_the_sender_vanishes() -> None:
    request = RequestFactory().post("/", b"{}", content_type="application/json")
    request._stream = LostLine()
    response = Upload.as_view()(request)
    assert (response.status_code, response.data["code"]) == (400, "body_incomplete")


def test_it_lets_an_unforeseen_error_become_a_500() -> None:
    assert exception_handler(KeyError("x"), {}) is None

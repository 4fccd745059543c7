"""The schema is true: it is made without a warning and real answers have its keys."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from reports.domain.access import record_access
from reports.enums import AccessKind, AccessReason
from reports.models import Rating, Resident
from tests.factories import NOW, make_category, make_photo, make_report, make_update
from tests.reports.conftest import Api, report_body
from tests.reports.pictures import jpeg, upload

pytestmark = pytest.mark.django_db


def generate() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    made: dict[str, Any] = generator().get_schema(request=None, public=True)
    return made


@pytest.fixture
def schema() -> dict[str, Any]:
    return generate()


def test_it_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    GENERATOR_STATS.reset()
    generate()
    assert not GENERATOR_STATS
    assert capsys.readouterr().err == ""


def test_it_names_every_call(schema: dict[str, Any]) -> None:
    calls = {f"{verb.upper()} {path}" for path, verbs in schema["paths"].items() for verb in verbs}
    assert calls >= {
        "POST /api/v1/session", "DELETE /api/v1/session",
        "GET /api/v1/me", "PUT /api/v1/me", "DELETE /api/v1/me", "GET /api/v1/me/export",
        "POST /api/v1/photos", "GET /api/v1/categories", "GET /api/v1/reports/nearby",
        "POST /api/v1/reports", "GET /api/v1/reports", "GET /api/v1/reports/{number}",
        "GET /api/v1/public/reports", "GET /api/v1/privacy/notice", "GET /api/v1/me/erase",
        "GET /api/v1/me/consents", "PUT /api/v1/me/consents", "GET /api/v1/me/consents/history",
        "GET /api/v1/me/access-log", "GET /api/v1/me/guardian", "POST /api/v1/me/guardian",
        "GET /api/v1/guardian/{code}", "POST /api/v1/guardian/{code}",
        *(f"POST /api/v1/reports/{{number}}/{action}"
          for action in ("supplement", "withdraw", "urge", "rate", "reopen")),
    }  # fmt: skip


def test_it_documents_the_errors(schema: dict[str, Any]) -> None:
    responses = schema["paths"]["/api/v1/reports"]["post"]["responses"]
    assert set(responses) == {
        "200",
        "201",
        "400",
        "401",
        "403",
        "409",
        "413",
        "415",
        "429",
    }
    reference = responses["409"]["content"]["application/json"]["schema"]["$ref"]
    assert reference == "#/components/schemas/ErrorShape"


def check(schema: dict[str, Any], shape: dict[str, Any], value: Any, path: str = "$") -> None:
    """Compare an answer with its schema: keys, types, nulls, enumerations."""
    if "$ref" in shape:
        check(
            schema, schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]], value, path
        )
    elif value is None:
        assert shape.get("nullable"), f"{path} is null"
    elif "allOf" in shape or "oneOf" in shape:
        check(schema, (shape.get("allOf") or shape["oneOf"])[0], value, path)
    elif shape["type"] == "object":
        assert set(value) == set(shape["properties"]), path
        for name, inner in shape["properties"].items():
            check(schema, inner, value[name], f"{path}.{name}")
    elif shape["type"] == "array":
        for index, item in enumerate(value):
            check(schema, shape["items"], item, f"{path}[{index}]")
    else:
        kinds: dict[str, Any] = {
            "string": str,
            "integer": int,
            "number": (int, float),
            "boolean": bool,
        }
        assert isinstance(value, kinds[shape["type"]]), path
        assert value in shape.get("enum", [value]), path


def check_answer(schema: dict[str, Any], verb: str, path: str, answer: Any) -> None:
    responses = schema["paths"][f"/api/v1{path}"][verb]["responses"]
    shape = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
    check(schema, shape, answer.json())


def test_it_is_what_the_answers_look_like(
    schema: dict[str, Any], api: Api, nobody: Api, zhang: Resident
) -> None:
    category = make_category()
    report = make_report(zhang, category=category, published_at=NOW, promised_at=NOW)
    report.photos.add(make_photo(zhang))
    make_update(report).photos.add(
        make_photo(status="ready", renditions={"1600": "a", "480": "b", "160": "c"})
    )
    Rating.objects.create(report=report, solved=True, score=5, at=NOW)
    session = nobody.post("/session", {"code": "dev:王五"})
    check_answer(schema, "post", "/session", session)
    check_answer(schema, "get", "/me", api.get("/me"))
    check_answer(schema, "put", "/me", api.put("/me", {"phone": "13800000000"}))
    check_answer(schema, "get", "/me/export", api.get("/me/export", format="json"))
    check_answer(schema, "get", "/me/erase", api.get("/me/erase"))
    check_answer(schema, "get", "/me/consents", api.get("/me/consents"))
    check_answer(schema, "get", "/me/consents/history", api.get("/me/consents/history"))
    record_access(
        [report],
        what=AccessKind.UNMASK,
        who="坐席",
        department="",
        reason=AccessReason.OTHER,
        now=NOW,
    )
    check_answer(schema, "get", "/me/access-log", api.get("/me/access-log"))
    check_answer(schema, "get", "/privacy/notice", nobody.get("/privacy/notice"))
    check_answer(schema, "get", "/me/guardian", api.get("/me/guardian"))
    check_answer(schema, "post", "/photos", api.upload("/photos", {"file": upload(jpeg())}))
    check_answer(schema, "get", "/categories", nobody.get("/categories"))
    check_answer(schema, "get", "/reports", api.get("/reports"))
    one = f"/reports/{report.number}"
    check_answer(schema, "get", "/reports/{number}", api.get(one))
    supplement = api.post(f"{one}/supplement", {"text": "再看看"})
    check_answer(schema, "post", "/reports/{number}/supplement", supplement)
    nearby = nobody.get("/reports/nearby", lat=30.31, lng=120.5)
    assert nearby.json()["items"]
    check_answer(schema, "get", "/reports/nearby", nearby)
    check_answer(schema, "get", "/public/reports", nobody.get("/public/reports"))
    check_answer(schema, "post", "/reports", api.post("/reports", report_body()))
    check_answer(schema, "post", "/reports", api.post("/reports", {}))
    check_answer(schema, "get", "/reports/{number}", api.get("/reports/none"))


def test_it_is_served_with_its_page(client: Client) -> None:
    assert client.get("/api/schema").status_code == 200
    page = client.get("/api/docs").content.decode()
    assert "swagger-ui" in page
    assert "cdn" not in page

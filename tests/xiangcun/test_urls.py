"""Mount points, and what answers where nothing is mounted."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/h5/"
    assert client.get("/api/schema").json()["openapi"].startswith("3.")
    assert client.get("/admin/login/").status_code == 200


def test_it_serves_the_api_page_from_this_host_only(client: Client) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()


def test_it_answers_an_unknown_api_path_in_the_apis_words(client: Client) -> None:
    response = client.get("/api/v1/nothing-here")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


def test_it_sends_security_headers(client: Client) -> None:
    headers = client.get("/healthz").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"

"""The one HTTP client, against a server on a real socket."""

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.xiangcun.lib.test_caches import free_port
from xiangcun.lib.outbound import MAX_ANSWER_BYTES, HttpClient, OutboundError


@dataclass
class Answer:
    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: dict[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    """Gives the answers of ``script`` one by one, then the last of them for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/path"
        self.script: list[Answer | None] = [Answer()]
        self.seen: list[tuple[str, str, bytes]] = []
        self.release = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.seen.append((self.command, self.path, body))
        script = self.server.script
        answer = script.pop(0) if len(script) > 1 else script[0]
        if answer is None:
            self.server.release.wait(10)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.release.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    client = HttpClient(connect=0.5, read=0.3)
    yield client
    client.close()


def test_it_works(server: Server, client: HttpClient) -> None:
    assert client.get_json(server.url, params={"a": "路 1"}) == {"ok": True}
    assert client.post_json(server.url, {"b": "路"}) == {"ok": True}
    assert server.seen[0][:2] == ("GET", "/path?a=%E8%B7%AF+1")
    assert json.loads(server.seen[1][2]) == {"b": "路"}


@pytest.mark.parametrize("status", [502, 503, 504])
def test_it_tries_a_get_again(server: Server, client: HttpClient, status: int) -> None:
    server.script = [Answer(status), Answer(status), Answer()]
    assert client.get_json(server.url) == {"ok": True}
    assert len(server.seen) == 3


def test_it_gives_up_after_two_more_tries(server: Server, client: HttpClient) -> None:
    server.script = [Answer(503, headers={"Retry-After": "3600"})]
    with pytest.raises(OutboundError) as caught:
        client.get_json(server.url)
    assert (caught.value.kind, caught.value.status, len(server.seen)) == ("http", 503, 3)


@pytest.mark.parametrize("answer", [Answer(503), None])
def test_it_never_sends_a_post_twice(
    server: Server, client: HttpClient, answer: Answer | None
) -> None:
    server.script = [answer]
    with pytest.raises(OutboundError):
        client.post_json(server.url, {})
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 404, 500])
def test_it_does_not_repeat_what_was_refused(
    server: Server, client: HttpClient, status: int
) -> None:
    server.script = [Answer(status)]
    with pytest.raises(OutboundError) as caught:
        client.get_json(server.url)
    assert (caught.value.kind, caught.value.status, len(server.seen)) == ("http", status, 1)


def test_it_does_not_wait_for_ever(server: Server, client: HttpClient) -> None:
    server.script = [None]
    with pytest.raises(OutboundError) as caught:
        client.get_json(server.url)
    assert (caught.value.kind, len(server.seen)) == ("timeout", 1)


def test_it_reports_a_host_that_is_away(client: HttpClient) -> None:
    with pytest.raises(OutboundError) as caught:
        client.get_json(f"http://127.0.0.1:{free_port()}/")
    assert (caught.value.kind, caught.value.host) == ("connect", "127.0.0.1")


@pytest.mark.parametrize("status", [301, 302, 307])
def test_it_forbids_redirects(server: Server, client: HttpClient, status: int) -> None:
    server.script = [Answer(status, headers={"Location": server.url}), Answer()]
    with pytest.raises(OutboundError) as caught:
        client.get_json(server.url)
    assert (caught.value.status, len(server.seen)) == (status, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>"),
        Answer(body=b""),
        Answer(body=b"\xff\xfe"),
        Answer(body=b'"' + b"x" * MAX_ANSWER_BYTES + b'"'),
        Answer(
            body=gzip.compress(b'"' + b"x" * MAX_ANSWER_BYTES + b'"'),
            headers={"Content-Encoding": "gzip"},
        ),
        Answer(body=b"[" * 200_000),
    ],
    ids=["html", "empty", "bytes", "large", "bomb", "deep"],
)
def test_it_forbids_answers_that_are_no_json(
    server: Server, client: HttpClient, answer: Answer
) -> None:
    server.script = [answer]
    with pytest.raises(OutboundError) as caught:
        client.get_json(server.url)
    assert caught.value.kind == "decode"


@pytest.mark.parametrize("script", [[Answer()], [Answer(503)], [Answer(body=b"<")], [None]])
def test_it_logs_no_query_string(
    server: Server, client: HttpClient, script: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    server.script = script
    caplog.set_level(logging.INFO)
    said = ""
    try:
        client.get_json(server.url, params={"secret": "s3cr3t"})
    except OutboundError as error:
        said = f"{error} {error.__cause__} {error.__suppress_context__}"
    assert "outbound_call host=127.0.0.1" in caplog.text
    assert "s3cr3t" not in caplog.text + said


def test_it_keeps_the_query_out_of_a_log_of_a_failed_connection(
    client: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    query = {"secret": "s3cr3t"}
    with pytest.raises(OutboundError) as caught:
        client.get_json(f"http://127.0.0.1:{free_port()}/", params=query)
    logging.getLogger(__name__).error("failed", exc_info=caught.value)
    assert "s3cr3t" not in caplog.text

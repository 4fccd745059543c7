"""Mail against a stand-in server: what is delivered, and what each refusal means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.smtp import FakeSmtp, fake_smtp
from xiangcun.lib.channels import Message, SendError
from xiangcun.lib.channels.mail import Mailbox

MESSAGE = Message("催办\r\nBcc: x@example.org", "请处理", "请处理", key="event/1/email/2")


@pytest.fixture
def server(settings: Any) -> Iterator[FakeSmtp]:
    with fake_smtp() as fake:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", fake.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "office"
        settings.EMAIL_TIMEOUT = 0.4
        yield fake


def trouble(address: str = "a@example.org") -> str:
    with pytest.raises(SendError) as caught:
        Mailbox(address).send(MESSAGE)
    assert "example.org" not in caught.value.reason
    return caught.value.trouble


def test_it_delivers_once_named(server: FakeSmtp) -> None:
    for _twice in range(2):
        Mailbox("a@example.org").send(MESSAGE)
    first, second = server.mails
    names = [line for line in (*first.splitlines(), *second.splitlines()) if "Message-ID" in line]
    assert len(names) == 2
    assert names[0] == names[1]
    assert not any(line.startswith("Bcc:") for line in first.splitlines())


@pytest.mark.parametrize(
    ("step", "answer", "means"),
    [
        ("login", "535 bad password", "refused"),
        ("mail", "553 not your address", "refused"),
        ("rcpt", "550 no such user a@example.org", "unwanted"),
        ("rcpt", "451 try later", "busy"),
        ("mail", "421 too many", "busy"),
        ("data", "452 full", "busy"),
        ("data", "554 rejected", "unwanted"),
        ("mail", "hang up", "away"),
    ],
)
def test_each_refusal_means_something(server: FakeSmtp, step: str, answer: str, means: str) -> None:
    server.refuse = {step: answer}
    assert trouble() == means
    assert server.mails == []


def test_a_server_that_says_nothing_is_away(server: FakeSmtp) -> None:
    server.stall = True
    assert trouble() == "away"


def test_an_address_that_is_none_is_unwanted(server: FakeSmtp) -> None:
    assert trouble("a@example.org\nBcc: b@example.org") == "unwanted"
    assert server.mails == []

"""Nothing personal in a log line, whatever the caller wrote."""

import json
import logging
import logging.config

import pytest

from xiangcun.lib.logs import MASK, logging_settings, redact

PERSONAL = [
    "13800138000",
    "+86 138 0013 8000",
    "33012319900307123X",
    "oABCD_1234567890abcdefghijkL",
]


@pytest.mark.parametrize("secret", PERSONAL)
def test_it_works(secret: str) -> None:
    assert redact(f"call {secret} now") == f"call {MASK} now"


@pytest.mark.parametrize(
    "line",
    [
        "openid=abc",
        "openid: 'abc'",
        '{"session_key": "abc"}',
        "Authorization: Bearer abc",
        "token=abc",
        '{"device": "abc"}',
        "sms_code=abc",
        "new row violates … DETAIL:  Failing row contains (7, abc, abc村口, 2026-11-28).",
        "duplicate key … DETAIL:  Key (nickname)=(abc) already exists.",
    ],
)
def test_it_masks_the_values_of_secret_keys(line: str) -> None:
    assert "abc" not in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "report_received report=20261124000123 grid=330114007001001",
        "request 6f9619ff8b86d011b42d00c04fc964ff took 12 ms",
        "ticket_opened ticket=1234567 hash=oabc",
    ],
)
def test_it_leaves_ids_alone(line: str) -> None:
    assert redact(line) == line


@pytest.mark.parametrize("as_json", [True, False])
def test_it_masks_messages_arguments_and_tracebacks(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.config.dictConfig({**logging_settings(json=as_json, level="INFO"), "loggers": {}})
    try:
        try:
            int(f"no such user {PERSONAL[3]}")
        except ValueError:
            logging.getLogger("example").exception(
                "failed phone=%s", PERSONAL[0], extra={"note": PERSONAL[2]}
            )
        line = capsys.readouterr().err
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert not any(secret in line for secret in PERSONAL)
    assert MASK in line
    if as_json:
        record = json.loads(line)
        assert record["event"] == f"failed phone={MASK}"
        assert record["level"] == "ERROR"
        assert record["request_id"] == "-"
        assert "ValueError" in record["exc_info"]

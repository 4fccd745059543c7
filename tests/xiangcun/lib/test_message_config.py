"""Settings of messages: what is right is read, what is wrong ends the start with a plain sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from reports.domain.message_words import Subscription
from xiangcun.lib.env import env_choice, env_json
from xiangcun.lib.message_config import (
    DEFAULT_FIELDS,
    FIELD_VALUES,
    check_names,
    wechat_templates,
)
from xiangcun.lib.wechat import fit_field

ID = "tmpl_progress_1"


def test_an_id_alone_takes_the_default_fields() -> None:
    read = wechat_templates({"progress": ID, "ask": {"id": ID, "fields": {"thing9": "tip"}}})
    assert read["progress"] == {"id": ID, "fields": dict(DEFAULT_FIELDS["progress"])}
    assert read["ask"] == {"id": ID, "fields": {"thing9": "tip"}}
    assert wechat_templates({}) == {}


def test_the_defaults_are_of_the_kinds_we_have() -> None:
    assert set(DEFAULT_FIELDS) == set(Subscription)
    for fields in DEFAULT_FIELDS.values():
        assert len(fields) <= 5
        assert set(fields.values()) <= FIELD_VALUES
        for name in fields:
            assert fit_field(name, "派单")


@pytest.mark.parametrize(
    "given",
    [
        {"news": ID},
        {"progress": ""},
        {"progress": 1},
        {"progress": {}},
        {"progress": {"id": "short"}},
        {"progress": {"id": ID, "fields": {}}},
        {"progress": {"id": ID, "fields": ["thing1"]}},
        {"progress": {"id": ID, "fields": {"thing": "subject"}}},
        {"progress": {"id": ID, "fields": {"thing1": "openid"}}},
    ],
)
def test_what_is_wrong_is_told(given: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"WECHAT_TEMPLATES: .+ / .+"):
        wechat_templates(given)


def test_a_name_that_means_nothing_is_told() -> None:
    check_names("SMS_BODY", {"to": ["{phone}", {"x": "{code} {params}"}]})
    with pytest.raises(ImproperlyConfigured, match=r"SMS_BODY: 不认识 \{fone\}"):
        check_names("SMS_BODY", {"to": ["{fone}"]})


def test_json_and_choices_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_json("X_JSON", {"a": 1}) == {"a": 1}
    monkeypatch.setenv("X_JSON", '{"b": 2}')
    assert env_json("X_JSON", {}) == {"b": 2}
    for bad in ("[1]", "{", '"a"'):
        monkeypatch.setenv("X_JSON", bad)
        with pytest.raises(ImproperlyConfigured, match="X_JSON"):
            env_json("X_JSON", {})
    assert env_choice("X_CHOICE", ("hex", "base64")) == "hex"
    monkeypatch.setenv("X_CHOICE", "base64")
    assert env_choice("X_CHOICE", ("hex", "base64")) == "base64"
    monkeypatch.setenv("X_CHOICE", "md5")
    with pytest.raises(ImproperlyConfigured, match="X_CHOICE"):
        env_choice("X_CHOICE", ("hex", "base64"))

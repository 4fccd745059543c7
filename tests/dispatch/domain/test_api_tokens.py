"""Tokens of the county's interface: made once, hashed, over in time, revoked at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.domain import api_tokens as tokens
from dispatch.domain.actors import Actor, staff_actor
from dispatch.enums import AuditAction, Role
from dispatch.models import ApiToken, ApiUse, AuditRecord
from tests.dispatch.factories import NOW, Cast, make_cast, make_staff
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def administrator(cast: Cast) -> Actor:
    return staff_actor(make_staff("administrator", Role.ADMINISTRATOR, cast.room))


def issue(actor: Actor, **changes: Any) -> tuple[ApiToken, str]:
    given = {"name": "区城运中心", "scopes": ["summary"], "networks": "", "days": 30, **changes}
    return tokens.issue_token(**given, actor=actor, now=NOW)


def test_it_works(administrator: Actor) -> None:
    row, token = issue(administrator)
    assert tokens.find_token(token).pk == row.pk
    tokens.check_token(row, address="", now=NOW)
    assert token.startswith(row.hint)
    assert len(row.hint) < 16
    stored = str(ApiToken.objects.values().get())
    assert token not in stored
    assert token[len(row.hint) :] not in stored
    record = AuditRecord.objects.get(action=AuditAction.API_TOKEN)
    assert token not in str(record.data)
    assert (record.data["what"], record.data["scopes"]) == ("issued", ["summary"])


def test_only_an_administrator_may(cast: Cast, administrator: Actor) -> None:
    row, _token = issue(administrator)
    for actor in (cast.lead, cast.dispatcher, cast.handler, Actor()):
        for step in (
            lambda actor=actor: issue(actor),
            lambda actor=actor: tokens.rotate_token(row.pk, actor=actor, now=NOW),
            lambda actor=actor: tokens.revoke_token(row.pk, actor=actor, now=NOW),
        ):
            with pytest.raises(NotAllowedError):
                step()
    with pytest.raises(NotFoundError):
        tokens.revoke_token(987, actor=administrator, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 41}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"networks": "10.0.0.0/99"}, "networks"),
        ({"networks": "somewhere"}, "networks"),
        ({"networks": " ".join(f"10.0.{n}.0/24" for n in range(21))}, "networks"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
    ],
)
def test_it_refuses(administrator: Actor, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        issue(administrator, **changes)
    assert refused.value.errors[0].field == field
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "token", ["", "county_", "county_" + "a" * 43, "a" * 64, "county_" + "é" * 43, "x" * 5000]
)
def test_what_is_no_token_opens_nothing(administrator: Actor, token: str) -> None:
    issue(administrator)
    with pytest.raises(tokens.TokenError, match="token_invalid"):
        tokens.find_token(token)


def test_it_ends(administrator: Actor) -> None:
    row, _token = issue(administrator)
    tokens.check_token(row, address="", now=NOW + timedelta(days=29))
    with pytest.raises(tokens.TokenError, match="token_expired"):
        tokens.check_token(row, address="", now=NOW + timedelta(days=30))
    row = tokens.revoke_token(row.pk, actor=administrator, now=NOW)
    with pytest.raises(tokens.TokenError, match="token_revoked"):
        tokens.check_token(row, address="", now=NOW)
    tokens.revoke_token(row.pk, actor=administrator, now=NOW)
    assert AuditRecord.objects.filter(action=AuditAction.API_TOKEN).count() == 2


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.20.3.4", True),
        ("10.21.3.4", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("x", False),
    ],
)
def test_it_keeps_to_its_networks(administrator: Actor, address: str, inside: bool) -> None:
    row, _token = issue(administrator, networks="10.20.0.0/16，2001:db8::/32")
    assert row.networks == ["10.20.0.0/16", "2001:db8::/32"]
    if inside:
        tokens.check_token(row, address=address, now=NOW)
        return
    with pytest.raises(NotAllowedError, match="network_not_allowed"):
        tokens.check_token(row, address=address, now=NOW)


def test_rotation_ends_the_old_one(administrator: Actor) -> None:
    old, first = issue(administrator, networks="10.0.0.0/8", scopes=["hotspot_words"])
    assert old.scopes == ["hotspots", "hotspot_words"]
    later = NOW + timedelta(days=10)
    row, second = tokens.rotate_token(old.pk, actor=administrator, now=later)
    assert second != first
    assert (row.scopes, row.networks, row.replaces_id) == (old.scopes, old.networks, old.pk)
    assert row.expires_at == later + timedelta(days=30)
    with pytest.raises(tokens.TokenError, match="token_revoked"):
        tokens.check_token(tokens.find_token(first), address="10.0.0.1", now=later)
    with pytest.raises(ConflictError):
        tokens.rotate_token(old.pk, actor=administrator, now=later)


def test_uses_are_counted_by_day(administrator: Actor) -> None:
    row, _token = issue(administrator)
    for refused in (False, True, False):
        tokens.record_use(row, refused=refused, now=NOW)
    tokens.record_use(row, refused=False, now=NOW + timedelta(days=1))
    assert [*ApiUse.objects.order_by("day").values_list("requests", "refused")] == [(3, 1), (1, 0)]
    row.refresh_from_db()
    assert row.last_used_at == NOW + timedelta(days=1)

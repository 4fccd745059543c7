from __future__ import annotations

import pytest

from dispatch.domain.saved_filters import (
    MAX_OWN,
    delete_filter,
    move_filter,
    rename_filter,
    save_filter,
)
from dispatch.enums import Role
from dispatch.models import SavedFilter
from dispatch.queries.saved_filters import shown_filters
from tests.dispatch.factories import NOW, Cast, make_cast
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

pytestmark = pytest.mark.django_db
PARAMS = {"queue": "all", "urgency__exact": "P0", "p": "2"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def save(cast: Cast, name: str = "特急", *, who: str = "dispatcher", shared: bool = False) -> int:
    actor = getattr(cast, who)
    return save_filter(PARAMS, name=name, is_shared=shared, actor=actor, now=NOW).pk


def names(cast: Cast, who: str) -> list[str]:
    actor = getattr(cast, who)
    rows = shown_filters(
        actor, user_id=actor.user_id, roles=frozenset({Role.ADMINISTRATOR}), now=NOW
    )
    return [row.name for row in rows]


def test_it_works(cast: Cast) -> None:
    row = SavedFilter.objects.get(pk=save(cast, " 特 急 "))
    assert (row.name, row.params) == ("特 急", {"queue": "all", "urgency__exact": "P0"})
    assert names(cast, "dispatcher") == ["特 急"]
    assert names(cast, "handler") == []
    save(cast, "特 急")
    assert SavedFilter.objects.count() == 1


def test_a_lead_shares_and_nobody_else_does(cast: Cast) -> None:
    pk = save(cast, "大家看", who="lead", shared=True)
    assert names(cast, "handler") == ["大家看"]
    for who in ("dispatcher", "handler", "head", "verifier"):
        with pytest.raises(NotAllowedError):
            save(cast, "大家看", who=who, shared=True)
        with pytest.raises(NotFoundError):
            delete_filter(pk, actor=getattr(cast, who))


def test_it_forbids_other_people_s_filters(cast: Cast) -> None:
    pk = save(cast)
    for who in ("lead", "handler", "outsider"):
        actor = getattr(cast, who)
        with pytest.raises(NotFoundError):
            rename_filter(pk, name="x", actor=actor, now=NOW)
        with pytest.raises(NotFoundError):
            move_filter(pk, up=True, actor=actor, now=NOW)
        with pytest.raises(NotFoundError):
            delete_filter(pk, actor=actor)
    assert delete_filter(pk, actor=cast.dispatcher) == "特急"


@pytest.mark.parametrize("name", ["", "   ", "长" * 21, "\x00"])
def test_it_validates_names(cast: Cast, name: str) -> None:
    with pytest.raises(InvalidInputError):
        save(cast, name)
    assert not SavedFilter.objects.exists()


def test_it_refuses_nothing_and_too_many(cast: Cast) -> None:
    with pytest.raises(InvalidInputError):
        save_filter({"p": "1"}, name="空", is_shared=False, actor=cast.lead, now=NOW)
    for index in range(MAX_OWN):
        save(cast, f"筛选{index}")
    with pytest.raises(ConflictError):
        save(cast, "再一个")
    save(cast, "筛选0")


def test_it_renames_and_moves(cast: Cast) -> None:
    first, second = save(cast, "甲"), save(cast, "乙")
    rename_filter(first, name="丙", actor=cast.dispatcher, now=NOW)
    with pytest.raises(ConflictError):
        rename_filter(first, name="乙", actor=cast.dispatcher, now=NOW)
    assert names(cast, "dispatcher") == ["丙", "乙"]
    move_filter(second, up=True, actor=cast.dispatcher, now=NOW)
    assert names(cast, "dispatcher") == ["乙", "丙"]
    move_filter(second, up=True, actor=cast.dispatcher, now=NOW)
    assert names(cast, "dispatcher") == ["乙", "丙"]
    move_filter(second, up=False, actor=cast.dispatcher, now=NOW)
    assert names(cast, "dispatcher") == ["丙", "乙"]

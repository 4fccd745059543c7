"""Pages by key."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request

from xiangcun.lib.drf.pagination import KeysetPagination
from xiangcun.lib.errors import InvalidInputError

pytestmark = pytest.mark.django_db


class ByExpiry(KeysetPagination):
    ordering = ("-expire_date", "pk")


def groups(count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        Group.objects.create(name=f"group-{number}")


def page(
    queryset: Any, paginator: type[KeysetPagination] = KeysetPagination, **query: Any
) -> tuple[list[Any], str | None]:
    paging = paginator()
    request = Request(RequestFactory().get("/", query))
    rows = paging.paginate_queryset(queryset, request)
    assert rows is not None
    body = paging.get_paginated_response(rows).data
    return body["items"], body["next_cursor"]


def cursor_of(**values: str) -> str:
    return b64encode(urlencode(values).encode()).decode()


def walk(queryset: Any, paginator: type[KeysetPagination], **query: Any) -> list[Any]:
    rows, cursor = page(queryset, paginator, **query)
    while cursor:
        more, cursor = page(queryset, paginator, cursor=cursor, **query)
        rows += more
    return rows


def test_it_works() -> None:
    groups(7)
    assert walk(Group.objects.all(), KeysetPagination, limit=3) == list(
        Group.objects.order_by("-id")
    )


@pytest.mark.parametrize("count", [0, 3])
def test_it_has_no_next_page_after_the_last(count: int) -> None:
    groups(count)
    rows, cursor = page(Group.objects.all(), limit=3)
    assert (len(rows), cursor) == (count, None)


def test_it_is_stable_while_rows_arrive_and_go() -> None:
    groups(6)
    before = list(Group.objects.order_by("-id"))
    rows, cursor = page(Group.objects.all(), limit=3)
    groups(4, start=10)
    before[2].delete()
    more, cursor = page(Group.objects.all(), limit=3, cursor=cursor)
    assert rows[:2] + more == before[:2] + before[3:]
    assert cursor is None


def test_it_shows_rows_of_the_same_moment_once_each() -> None:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    for number in range(9):
        Session.objects.create(pk=f"s{number}", expire_date=moment + timedelta(days=number // 6))
    rows = walk(Session.objects.all(), ByExpiry, limit=2)
    assert [row.pk for row in rows] == ["s6", "s7", "s8", "s0", "s1", "s2", "s3", "s4", "s5"]


def test_it_never_counts(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    groups(5)
    with django_assert_num_queries(1):
        _rows, cursor = page(Group.objects.all(), limit=2)
    with django_assert_num_queries(1):
        page(Group.objects.all(), limit=2, cursor=cursor)


@pytest.mark.parametrize(
    ("limit", "length"), [("2", 2), ("0", 20), ("-1", 20), ("x", 20), ("9" * 99, 30), ("1000", 30)]
)
def test_it_bounds_the_length_of_a_page(limit: str, length: int) -> None:
    groups(30)
    assert len(page(Group.objects.all(), limit=limit)[0]) == length


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "路",
        "\0",
        "====",
        "%%%",
        b64encode(b"\xff\xfe").decode(),
        cursor_of(o="x"),
        cursor_of(o="-5"),
        cursor_of(p="not a number"),
        cursor_of(p="1\0"),
    ],
)
def test_it_forbids_a_cursor_that_is_not_ours(cursor: str) -> None:
    groups(2)
    with pytest.raises(InvalidInputError) as caught:
        page(Group.objects.all(), cursor=cursor)
    assert (caught.value.code, caught.value.errors[0].field) == ("invalid_cursor", "cursor")


def test_it_forbids_a_position_that_the_column_cannot_hold() -> None:
    with pytest.raises(InvalidInputError):
        page(Session.objects.all(), ByExpiry, cursor=cursor_of(p="yesterday"))


def test_it_finds_nothing_behind_a_position_out_of_range() -> None:
    groups(2)
    rows, _cursor = page(Group.objects.all(), cursor=cursor_of(p="-" + "9" * 40))
    assert rows == []

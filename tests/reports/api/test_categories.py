import pytest
from pytest_django import DjangoAssertNumQueries

from reports.models import Category, Dimension
from reports.queries.categories import category_tree
from tests.factories import make_category
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db


def test_it_works(nobody: Api) -> None:
    leaf = make_category("0401", photo_required=True, safety_prompt="请先远离")
    leaf.dimensions.add(Dimension.objects.create(code="convenience", name="便"))
    make_category("0402", name="停用的", is_active=False)
    answer = nobody.get("/categories")
    assert answer.status_code == 200
    [group] = answer.json()["items"]
    assert (group["code"], len(group["children"])) == ("04", 1)
    assert group["children"][0] == {
        "code": "0401",
        "name": "暴露/积存垃圾",
        "photo_required": True,
        "confidential": False,
        "safety_prompt": "请先远离",
        "dimensions": [{"code": "convenience", "name": "便"}],
    }


def test_it_spares_a_client_that_has_the_tree(nobody: Api) -> None:
    make_category()
    etag = nobody.get("/categories").headers["ETag"]
    nobody.headers = {"if-none-match": f'"other", W/{etag}'}
    answer = nobody.get("/categories")
    assert (answer.status_code, answer.content) == (304, b"")
    make_category("0402", name="公厕")
    assert nobody.get("/categories").status_code == 200


def test_it_hides_the_leaves_of_a_closed_group(nobody: Api) -> None:
    make_category()
    Category.objects.filter(code="04").update(is_active=False)
    assert nobody.get("/categories").json()["items"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_two_queries_and_then_none(
    rows: int, nobody: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for row in range(rows):
        make_category(f"040{row}")
    with django_assert_num_queries(2):
        nobody.get("/categories")
    with django_assert_num_queries(0):
        nobody.get("/categories")
        category_tree()


def test_it_spares_a_client_that_asks_for_any_version(nobody: Api) -> None:
    make_category()
    nobody.headers = {"if-none-match": "*"}
    assert nobody.get("/categories").status_code == 304


def test_it_ignores_a_stale_token(nobody: Api) -> None:
    nobody.headers = {"authorization": "Bearer " + "a" * 64}
    assert nobody.get("/categories").json() == {"items": []}

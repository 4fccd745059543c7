from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from dispatch.domain import grid_imports
from dispatch.domain.grid_imports import (
    KEPT_FOR,
    check_import,
    confirm_import,
    discard_import,
    expire_imports,
    find_import,
    start_import,
)
from dispatch.enums import GridImportStatus, Role
from dispatch.models import GridImport, Staff
from reports.domain.gridfiles.checking import ReadOptions
from reports.domain.gridfiles.reading import MAX_BYTES
from reports.models import Grid
from reports.queries.places import map_version
from tests.dispatch.factories import NOW, make_department, make_staff
from tests.reports.domain.gridfiles.maps import collection, feature
from xiangcun.lib.errors import ConflictError, DomainError, InvalidInputError, NotFoundError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def user(db: None) -> Staff:
    return make_staff("administrator", Role.ADMINISTRATOR, make_department())


def upload(user: Staff | None, *rows: Any, replace: bool = False, **extra: Any) -> GridImport:
    options = ReadOptions(coord_type="wgs84", replace=replace)
    values = {"file_name": "网格.geojson", "options": options, "now": NOW, **extra}
    return start_import(collection(*(rows or (feature(1), feature(2)))), user=user, **values)


def confirm(row: GridImport, user: Staff | None, **extra: Any) -> GridImport:
    return confirm_import(row.pk, user=user, **{"version": map_version(), "now": NOW, **extra})


def test_it_works(user: Staff) -> None:
    row = upload(user)
    assert row.status == GridImportStatus.PENDING
    assert default_storage.exists(row.stored)
    assert not Grid.objects.exists()
    done = confirm(row, user)
    assert done.status == GridImportStatus.APPLIED
    assert done.applied_at == NOW
    assert done.result["new"] == 2
    assert Grid.objects.count() == 2
    assert not default_storage.exists(row.stored)


def test_confirming_twice_is_confirming_once(user: Staff) -> None:
    row = upload(user)
    version = map_version()
    confirm(row, user)
    Grid.objects.filter(code__endswith="001").update(name="改过")
    again = confirm(row, user, version=version, now=NOW + timedelta(minutes=1))
    assert again.applied_at == NOW
    assert Grid.objects.filter(name="改过").exists()


def test_a_changed_map_needs_another_look(user: Staff) -> None:
    row, version = upload(user), map_version()
    confirm(upload(user, feature(7)), user)
    with pytest.raises(ConflictError) as caught:
        confirm(row, user, version=version)
    assert caught.value.code == "map_changed"
    row.refresh_from_db()
    assert row.status == GridImportStatus.PENDING
    assert Grid.objects.count() == 1
    assert confirm(row, user).status == GridImportStatus.APPLIED


def test_it_is_all_or_nothing(user: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    row = upload(user)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("reports.domain.grid_map._write_landmarks", fail)
    with pytest.raises(RuntimeError):
        confirm(row, user)
    row.refresh_from_db()
    assert row.status == GridImportStatus.PENDING
    assert not Grid.objects.exists()
    assert default_storage.exists(row.stored)


def test_errors_are_never_applied(user: Staff) -> None:
    row = upload(user, feature(1), feature(2, code="x"))
    with pytest.raises(InvalidInputError):
        confirm(row, user)
    row.refresh_from_db()
    assert row.status == GridImportStatus.PENDING
    assert not Grid.objects.exists()


def test_it_belongs_to_one_person(user: Staff) -> None:
    row = upload(user)
    other = make_staff("second", Role.ADMINISTRATOR, make_department())
    for person in (other, None):
        with pytest.raises(NotFoundError):
            find_import(row.pk, user=person)
        with pytest.raises(NotFoundError):
            confirm(row, person)
        with pytest.raises(NotFoundError):
            discard_import(row.pk, user=person)
    with pytest.raises(NotFoundError):
        find_import(uuid.uuid4(), user=user)


def test_it_expires(user: Staff) -> None:
    row = upload(user)
    later = NOW + KEPT_FOR
    with pytest.raises(ConflictError) as caught:
        check_import(row, now=later)
    assert caught.value.code == "import_expired"
    assert expire_imports(now=later - timedelta(seconds=1)) == 0
    upload(user, now=later)  # the next upload sweeps
    row.refresh_from_db()
    assert row.status == GridImportStatus.DISCARDED
    assert not default_storage.exists(row.stored)
    with pytest.raises(ConflictError):
        confirm(row, user)


def test_a_lost_file_is_said(user: Staff) -> None:
    row = upload(user)
    default_storage.delete(row.stored)
    with pytest.raises(ConflictError) as caught:
        confirm(row, user)
    assert caught.value.code == "import_expired"


def test_giving_up_throws_the_file_away(user: Staff) -> None:
    row = upload(user)
    assert discard_import(row.pk, user=user).status == GridImportStatus.DISCARDED
    assert not default_storage.exists(row.stored)
    assert discard_import(row.pk, user=user).status == GridImportStatus.DISCARDED
    done = upload(user)
    confirm(done, user)
    assert discard_import(done.pk, user=user).status == GridImportStatus.APPLIED


def test_it_validates_the_size(user: Staff) -> None:
    with pytest.raises(InvalidInputError) as caught:
        start_import(
            b" " * (MAX_BYTES + 1), user=user, file_name="x", options=ReadOptions(), now=NOW
        )
    assert caught.value.code == "file_too_large"
    assert not GridImport.objects.exists()


def test_a_row_that_cannot_be_written_leaves_no_file(
    user: Staff, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(GridImport, "save", fail)
    with pytest.raises(RuntimeError):
        upload(user)
    assert list(tmp_path.rglob("*.geojson")) == []


def test_long_and_odd_file_names(user: Staff) -> None:
    row = upload(user, file_name="../../" + "长" * 300 + ".geojson")
    assert len(row.file_name) <= 120
    assert row.stored.startswith(f"{grid_imports.FOLDER}/{row.pk}")


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_apply_once(user: Staff) -> None:
    row, version = upload(user), map_version()
    barrier, results = Barrier(2), []

    def press() -> None:
        try:
            barrier.wait(10)
            results.append(str(confirm(row, user, version=version).status))
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == ["applied", "applied"]
    assert Grid.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_one_has_to_look_again(user: Staff) -> None:
    confirm(upload(user, feature(9)), user)  # rows to lock
    rows, version = [upload(user, feature(1)), upload(user, feature(2))], map_version()
    barrier, results = Barrier(2), []

    def press(row: GridImport) -> None:
        try:
            barrier.wait(10)
            results.append(str(confirm(row, user, version=version).status))
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=press, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["applied", "map_changed"]
    assert Grid.objects.count() == 2

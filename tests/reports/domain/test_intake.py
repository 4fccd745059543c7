import hashlib
import itertools
import json
import uuid
from dataclasses import asdict, replace

import pytest

from reports.domain import intake
from reports.domain.drafts import Draft, Location, hash_draft
from reports.domain.intake import submit_report
from reports.enums import LocationSource, ReportKind
from reports.models import Report, Resident
from tests.factories import NOW
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.geo import CoordType


def draft(text: str = "路灯坏了") -> Draft:
    place = Location(lat=30.31, lng=120.5, coord_type=CoordType.WGS84, source=LocationSource.GPS)
    return Draft(client_id=uuid.uuid4(), kind=ReportKind.PROBLEM, text=text, location=place)


@pytest.mark.django_db
def test_it_takes_another_number_when_one_is_taken(
    zhang: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.chain(["XC1-A", "XC1-A", "XC1-B"], itertools.repeat("XC1-B"))
    monkeypatch.setattr(intake, "new_number", lambda **_: next(numbers))
    submit_report(zhang, draft(), now=NOW)
    submit_report(zhang, draft(), now=NOW)
    assert set(Report.objects.values_list("number", flat=True)) == {"XC1-A", "XC1-B"}
    with pytest.raises(ConflictError) as caught:
        submit_report(zhang, draft(), now=NOW)
    assert caught.value.code == "number_taken"


def test_it_hashes_what_is_meant() -> None:
    one = draft()
    assert hash_draft(one) == hash_draft(one)
    assert hash_draft(one) != hash_draft(draft())


def test_a_body_hashed_before_the_mark_existed_keeps_its_hash() -> None:
    one = draft()
    body = asdict(one)
    del body["urgent"]
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    assert hash_draft(one) == hashlib.sha256(text.encode()).hexdigest()
    assert hash_draft(replace(one, urgent=True)) != hash_draft(one)

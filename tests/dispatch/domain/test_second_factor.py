from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch.domain.lockout import MOST_FAILURES, LockedOutError
from dispatch.domain.second_factor import (
    RECOVERY_CODES,
    STEP_SECONDS,
    begin_enrolment,
    check_code,
    code_of,
    codes_left,
    confirm_enrolment,
    provisioning_uri,
    release_own,
    renew_recovery_codes,
    reset_second_factor,
)
from dispatch.enums import Role
from dispatch.models import AuditRecord, RecoveryCode, SecondFactor, Staff
from tests.dispatch.factories import NOW, PASSWORD
from tests.dispatch.test_lock_order import together
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError

HERE = "10.0.0.1"
LATER = NOW + timedelta(minutes=5)
OFFICER = frozenset({Role.SECURITY})


def make_user(name: str = "wen") -> Staff:
    return Staff.objects.create_user(name, password=PASSWORD, is_staff=True)


def shown(secret: str, now: datetime) -> str:
    """What the telephone shows."""
    return code_of(base64.b32decode(secret), int(now.timestamp()) // STEP_SECONDS)


def bind(user: Staff) -> tuple[str, list[str]]:
    secret = begin_enrolment(user, now=NOW)
    codes = confirm_enrolment(user, shown(secret, NOW), keep_session=None, address=HERE, now=NOW)
    return secret, codes


def refused(user: Staff, code: str, now: datetime = LATER) -> bool:
    try:
        check_code(user, code, address=HERE, now=now)
    except InvalidInputError:
        return True
    return False


def test_it_works(db: None) -> None:
    user = make_user()
    secret, codes = bind(user)
    user.refresh_from_db()
    assert user.second_factor_at == NOW
    assert len(set(codes)) == RECOVERY_CODES
    assert check_code(user, shown(secret, LATER), address=HERE, now=LATER) is False
    assert AuditRecord.objects.filter(action="second_factor_set").count() == 1


def test_it_computes_what_the_standard_says() -> None:
    secret = b"12345678901234567890"  # RFC 6238, appendix B, last six digits
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code_of(secret, seconds // STEP_SECONDS) == code


def test_the_picture_says_the_key(db: None) -> None:
    user = make_user()
    secret = begin_enrolment(user, now=NOW)
    assert begin_enrolment(user, now=LATER) == secret  # a reload does not void a scanned code
    parts = urlsplit(provisioning_uri(user, secret))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query)["secret"] == [secret]


def test_nothing_readable_is_stored(db: None) -> None:
    user = make_user()
    secret, codes = bind(user)
    row = SecondFactor.objects.get(user=user)
    assert secret not in row.secret
    assert base64.b32decode(secret).hex() not in row.secret
    stored = {row.code_hash for row in RecoveryCode.objects.all()}
    assert not stored & {code.replace("-", "") for code in codes}


def test_a_code_counts_once(db: None) -> None:
    user = make_user()
    secret, _codes = bind(user)
    assert refused(user, shown(secret, NOW), NOW)  # the one that bound it
    assert not refused(user, shown(secret, LATER))
    assert refused(user, shown(secret, LATER))
    earlier = LATER - timedelta(seconds=STEP_SECONDS)
    assert refused(user, shown(secret, earlier))  # an older one is still "valid" by the clock
    assert not refused(user, shown(secret, LATER + timedelta(seconds=30)))


def test_slow_clocks_are_allowed_one_step(db: None) -> None:
    user = make_user()
    secret, _codes = bind(user)
    assert refused(user, shown(secret, LATER - timedelta(seconds=60)))
    assert refused(user, shown(secret, LATER + timedelta(seconds=60)))
    assert not refused(user, shown(secret, LATER - timedelta(seconds=30)))


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000\x00", "-1"]
)
def test_nonsense_is_refused(db: None, typed: str) -> None:
    user = make_user()
    bind(user)
    assert refused(user, typed)


def test_recovery_codes_open_once_however_typed(db: None) -> None:
    user, other = make_user(), make_user("other")
    _secret, codes = bind(user)
    bind(other)
    assert refused(other, codes[0])
    assert check_code(user, codes[0], address=HERE, now=LATER) is True
    assert refused(user, codes[0])
    assert check_code(user, codes[1].upper().replace("-", " "), address=HERE, now=LATER) is True
    assert codes_left(user) == RECOVERY_CODES - 2


def test_guessing_is_locked(db: None) -> None:
    user = make_user()
    secret, _codes = bind(user)
    for _ in range(MOST_FAILURES):
        assert refused(user, "000000")
    with pytest.raises(LockedOutError):
        check_code(user, shown(secret, LATER), address=HERE, now=LATER)


def test_a_wrong_code_does_not_bind(db: None) -> None:
    user = make_user()
    begin_enrolment(user, now=NOW)
    with pytest.raises(InvalidInputError):
        confirm_enrolment(user, "000000", keep_session=None, address=HERE, now=NOW)
    user.refresh_from_db()
    assert user.second_factor_at is None
    assert refused(user, "000000")


def test_bound_is_bound(db: None) -> None:
    user = make_user()
    secret, _codes = bind(user)
    with pytest.raises(ConflictError):
        begin_enrolment(user, now=LATER)
    with pytest.raises(ConflictError):
        confirm_enrolment(user, shown(secret, LATER), keep_session=None, address=HERE, now=LATER)


def test_another_telephone_costs_a_code(db: None) -> None:
    user = make_user()
    secret, codes = bind(user)
    with pytest.raises(InvalidInputError):
        release_own(user, "000000", address=HERE, now=LATER)
    release_own(user, shown(secret, LATER), address=HERE, now=LATER)
    assert user.second_factor_at is None
    assert refused(user, codes[0])
    assert begin_enrolment(user, now=LATER) != secret


def test_fresh_recovery_codes_void_the_old(db: None) -> None:
    user = make_user()
    secret, codes = bind(user)
    fresh = renew_recovery_codes(user, shown(secret, LATER), address=HERE, now=LATER)
    assert refused(user, codes[0])
    assert not refused(user, fresh[0])


def test_only_the_officer_resets_and_not_their_own(db: None) -> None:
    user, officer = make_user(), make_user("officer")
    secret, _codes = bind(user)
    bind(officer)
    for actor, roles in ((user, frozenset({Role.ADMINISTRATOR})), (officer, OFFICER)):
        with pytest.raises(NotAllowedError):
            reset_second_factor(actor, actor=actor, roles=roles, reason="丢失", now=LATER)
    with pytest.raises(InvalidInputError):
        reset_second_factor(user, actor=officer, roles=OFFICER, reason=" ", now=LATER)
    reset_second_factor(user, actor=officer, roles=OFFICER, reason="手机丢失", now=LATER)
    user.refresh_from_db()
    assert user.second_factor_at is None
    assert refused(user, shown(secret, LATER))
    record = AuditRecord.objects.get(action="second_factor_reset")
    assert (record.actor, record.reason, record.data) == (officer, "手机丢失", {"username": "wen"})


def test_a_rotated_key_still_reads_and_a_lost_one_refuses(db: None, settings: Any) -> None:
    user = make_user()
    secret, codes = bind(user)
    old = settings.SECRET_KEY
    before = SecondFactor.objects.get(user=user).secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [old]
    assert not refused(user, shown(secret, LATER))
    assert SecondFactor.objects.get(user=user).secret != before
    settings.SECRET_KEY_FALLBACKS = []  # written anew under it by the last sign-in
    much_later = LATER + timedelta(minutes=5)
    assert not refused(user, shown(secret, much_later), much_later)
    settings.SECRET_KEY = "a third"
    assert refused(user, shown(secret, much_later + timedelta(minutes=1)), much_later)
    assert not refused(user, codes[0], much_later)


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_with_one_code_one_gets_in() -> None:
    user = make_user()
    secret, _codes = bind(user)
    code = shown(secret, LATER)

    def enter() -> None:
        check_code(user, code, address=HERE, now=LATER)

    outcomes = together(enter, enter)
    assert outcomes.count("done") == 1, outcomes

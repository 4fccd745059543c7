"""Voting: one voice each, in secret, over a bad network.

Locks are taken in the order resident, poll. What somebody chose goes into the counters of the options
and nowhere else: there is no row of it, no time and no order to join it to the person by (adr/0048).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.domain.polls import locked_poll, unknown_poll
from reports.domain.voice_persons import Mark, lock_verified, marks_of
from reports.models import Poll, PollMark, PollOption, PollParticipation, Resident
from reports.voice_enums import PollPhase, PollState
from xiangcun.lib.errors import ConflictError, InvalidInputError

logger = logging.getLogger(__name__)


def phase_of(poll: Poll, *, now: datetime) -> PollPhase:
    """Say what a published poll is at this moment."""
    if poll.state == PollState.WITHDRAWN:
        return PollPhase.WITHDRAWN
    if poll.frozen_at is not None or now >= poll.closes_at:
        return PollPhase.CLOSED
    return PollPhase.OPEN if now >= poll.opens_at else PollPhase.COMING


@transaction.atomic
def cast_vote(
    poll_id: int,
    resident: Resident,
    *,
    option_ids: Sequence[int],
    client_id: uuid.UUID,
    now: datetime,
) -> Poll:
    """Count one vote and return the poll as it is then.

    The same ``client_id`` of the same person again is the same vote and gets the same answer, after
    the closing too. ``verification_needed`` 403; ``poll_not_found`` 404; ``already_voted``,
    ``poll_closed``, ``poll_not_open``, ``poll_withdrawn`` 409; wrong options 400.
    """
    person = lock_verified(resident)
    poll = locked_poll(poll_id)
    if poll.state == PollState.DRAFT:
        raise unknown_poll()
    known = PollParticipation.objects.filter(poll=poll, resident=person).first()
    if known is not None and known.client_id == client_id:
        return poll
    if known is not None:
        raise _already()
    _check_open(poll, now=now)
    chosen = _chosen(poll, option_ids)
    _mark(poll, person)
    PollParticipation.objects.create(poll=poll, resident=person, client_id=client_id)
    PollOption.objects.filter(pk__in=chosen).update(votes=F("votes") + 1)
    Poll.objects.filter(pk=poll.pk).update(voters=F("voters") + 1)
    poll.refresh_from_db()
    # Neither who nor what: together with the hour of a line it would tell on a quiet day.
    logger.debug("vote_counted poll=%s", poll.pk)
    return poll


def merge_votes(old: Resident, kept: Resident) -> None:
    """Two rows turn out to be one person who has voted as both: one taking part stays, the other is told.

    The second vote cannot be taken out, for nobody knows what it was; ``doubled`` says so under the
    result. One that is frozen stays as it was announced.
    """
    both = PollParticipation.objects.filter(resident=kept).values("poll")
    doubles = PollParticipation.objects.filter(resident=old, poll__in=both)
    keys = sorted(set(doubles.values_list("poll_id", flat=True)))
    for poll in Poll.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"):
        gone, _by_model = doubles.filter(poll=poll).delete()
        if gone and poll.frozen_at is None:
            Poll.objects.filter(pk=poll.pk).update(doubled=F("doubled") + 1)


def forget_votes(resident: Resident) -> None:
    """Forget that somebody took part; the vote is nobody's, and the poll's digest bars a second one."""
    PollParticipation.objects.filter(resident=resident).delete()


def _check_open(poll: Poll, *, now: datetime) -> None:
    phase = phase_of(poll, now=now)
    if phase == PollPhase.CLOSED:
        raise ConflictError("poll_closed", _("投票已经截止，这次没有计入"))
    if phase == PollPhase.COMING:
        raise ConflictError("poll_not_open", _("投票还没有开始"))
    if phase == PollPhase.WITHDRAWN:
        raise ConflictError("poll_withdrawn", _("这个投票已经撤回，不再接受投票"))


def _chosen(poll: Poll, option_ids: Sequence[int]) -> list[int]:
    wanted = set(option_ids)
    if not wanted:
        raise InvalidInputError.of_field("options", "required", _("请先选一项"))
    if len(wanted) > poll.max_choices:
        message = _("最多选 %d 项") % poll.max_choices
        raise InvalidInputError.of_field("options", "too_many_options", message)
    known = set(poll.options.values_list("pk", flat=True))
    if not wanted <= known:
        message = _("选项有更新，请刷新页面后再投")
        raise InvalidInputError.of_field("options", "option_unknown", message)
    return sorted(wanted)


def _mark(poll: Poll, person: Resident) -> None:
    """Write down the person's proofs, or refuse who has voted under one of them.

    A family may share one number, so a number bars somebody only where it is all that is known of one
    of the two; a WeChat account bars always. The poll's lock makes look and write one.
    """
    marks = marks_of(person, poll_id=poll.pk)
    digests = [mark.digest for mark in marks]
    rows = PollMark.objects.filter(poll=poll, digest__in=digests)
    known = dict(rows.values_list("digest", "guest"))
    if any(_bars(mark, known) for mark in marks):
        raise _already()
    PollMark.objects.bulk_create(
        PollMark(poll=poll, digest=mark.digest, guest=mark.guest)
        for mark in marks
        if mark.digest not in known
    )


def _bars(mark: Mark, known: dict[str, bool]) -> bool:
    if mark.digest not in known:
        return False
    return mark.account or mark.guest or known[mark.digest]


def _already() -> ConflictError:
    return ConflictError("already_voted", _("您已经投过票了，投出后不能修改，也不能再投"))

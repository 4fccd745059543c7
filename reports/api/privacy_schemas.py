"""The shapes of the privacy answers for OpenAPI; ``reports.api.privacy_answers`` builds them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.enums import (
    AccessKind,
    AccessReason,
    CheckState,
    ConsentHow,
    ConsentKind,
    GuardianState,
)

Shape = serializers.Serializer
STATES = (("unasked", "unasked"), ("given", "given"), ("refused", "refused"))
GUARDIAN_WORDS = tuple((word, word) for word in ("not_needed", "needed", "waiting", "confirmed"))


class NoticeSectionShape(Shape[Any]):
    """A chapter of the notice."""

    title = serializers.CharField()
    paragraphs = serializers.ListField(child=serializers.CharField())


class NoticeConsentShape(Shape[Any]):
    """One thing to agree to."""

    kind = serializers.ChoiceField(ConsentKind.choices)
    title = serializers.CharField()
    asked = serializers.ChoiceField((("first_use", "first_use"), ("when_used", "when_used")))
    purpose = serializers.CharField()
    basis = serializers.CharField()
    retention = serializers.CharField()
    if_refused = serializers.CharField()


class NoticeContactShape(Shape[Any]):
    """Whom to ask."""

    office = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()


class NoticeShape(Shape[Any]):
    """The privacy notice in force."""

    version = serializers.CharField()
    effective_on = serializers.DateField()
    title = serializers.CharField()
    summary = serializers.ListField(child=serializers.CharField())
    sections = NoticeSectionShape(many=True)
    consents = NoticeConsentShape(many=True)
    contact = NoticeContactShape()
    text_hash = serializers.CharField()


class ConsentStateShape(Shape[Any]):
    """Where one consent stands."""

    kind = serializers.ChoiceField(ConsentKind.choices)
    title = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    version = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    needs_answer = serializers.BooleanField()


class ConsentsShape(Shape[Any]):
    """Where every consent stands."""

    version = serializers.CharField()
    needs_answer = serializers.BooleanField()
    items = ConsentStateShape(many=True)


class ConsentLineShape(Shape[Any]):
    """A line of the consent log."""

    kind = serializers.ChoiceField(ConsentKind.choices)
    title = serializers.CharField()
    granted = serializers.BooleanField()
    how = serializers.ChoiceField(ConsentHow.choices)
    version = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    channel = serializers.CharField(allow_null=True)


class ConsentPageShape(Shape[Any]):
    """A page of the consent log, newest first."""

    items = ConsentLineShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class AccessKindShape(Shape[Any]):
    """How somebody came to see a number."""

    code = serializers.ChoiceField(AccessKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class AccessReasonShape(Shape[Any]):
    """Why somebody looked."""

    code = serializers.ChoiceField(AccessReason.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class AccessLineShape(Shape[Any]):
    """Somebody of the office saw or used the resident's number."""

    at = serializers.DateTimeField()
    what = AccessKindShape()
    who = serializers.CharField()
    department = serializers.CharField(allow_null=True)
    reason = AccessReasonShape()
    report = serializers.CharField()


class AccessPageShape(Shape[Any]):
    """A page of the access log, newest first."""

    items = AccessLineShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CheckResultShape(Shape[Any]):
    """What a check said."""

    code = serializers.ChoiceField(CheckState.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class CheckLineShape(Shape[Any]):
    """A check of a report's words, or of one of its photos, before anything of it is public."""

    at = serializers.DateTimeField()
    report = serializers.CharField()
    photo = serializers.UUIDField(allow_null=True)
    result = CheckResultShape()


class OwnPhotoShape(Shape[Any]):
    """What is kept of a photo beside the picture; ``file`` is its place in the archive."""

    id = serializers.UUIDField()
    file = serializers.CharField(allow_null=True)
    uploaded_at = serializers.DateTimeField()
    taken_at = serializers.DateTimeField(allow_null=True)
    taken_lat = serializers.FloatField(allow_null=True)
    taken_lng = serializers.FloatField(allow_null=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class ErasureShape(Shape[Any]):
    """What an erasure would do."""

    lines = serializers.ListField(child=serializers.CharField())
    open_reports = serializers.IntegerField()
    deleted = serializers.ListField(child=serializers.CharField())
    kept = serializers.ListField(child=serializers.CharField())


class GuardianWayShape(Shape[Any]):
    """How a guardian can agree."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


class GuardianShape(Shape[Any]):
    """How far the guardian's yes is."""

    state = serializers.ChoiceField(GUARDIAN_WORDS)
    code = serializers.CharField(allow_null=True)
    path = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    ways = GuardianWayShape(many=True)


class GuardianAskedShape(Shape[Any]):
    """What a guardian is asked to agree to."""

    state = serializers.ChoiceField(GuardianState.choices)
    texts = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class GuardianDecidedShape(Shape[Any]):
    """What a guardian decided."""

    state = serializers.ChoiceField(GuardianState.choices)


class SupportLineShape(Shape[Any]):
    """A topic that somebody supports."""

    topic = serializers.CharField()
    title = serializers.CharField()


class VoteLineShape(Shape[Any]):
    """A poll that somebody took part in; what they chose is not known."""

    poll = serializers.CharField()
    question = serializers.CharField()

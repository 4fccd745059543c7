"""What the schema generator cannot see by itself: our token scheme and our strict fields."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)

from xiangcun.lib.drf.fields import WholeNumberField


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """``Authorization: Bearer <token>``."""

    target_class = "reports.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme object."""
        return {"type": "http", "scheme": "bearer"}


class NumberSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A number with both its bounds."""

    target_class = "xiangcun.lib.drf.fields.NumberField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the JSON schema of the field."""
        field = self.target
        kind = "integer" if isinstance(field, WholeNumberField) else "number"
        return {"type": kind, "minimum": field.low, "maximum": field.high}


class TruthSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A boolean."""

    target_class = "xiangcun.lib.drf.fields.TruthField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the JSON schema of the field."""
        return {"type": "boolean"}


class IdSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A UUID as a string."""

    target_class = "xiangcun.lib.drf.fields.IdField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the JSON schema of the field."""
        return {"type": "string", "format": "uuid"}

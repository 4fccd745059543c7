"""Settings of the OpenAPI description; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from typing import Any

__all__ = ["SPECTACULAR_SETTINGS"]

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "乡村小脑 居民接口",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ConsentState": "reports.api.privacy_schemas.STATES",
        "GuardianProgress": "reports.api.privacy_schemas.GUARDIAN_WORDS",
        **{
            name: f"reports.enums.{name}"
            for name in (
                "AccessKind",
                "AccessReason",
                "AgeBand",
                "ConsentHow",
                "ConsentKind",
                "CoordinateSystem",
                "DimensionCode",
                "GuardianRelation",
                "GuardianState",
                "GuideFaultKind",
                "HolidayRule",
                "LocationSource",
                "PhotoStatus",
                "PublicPhotoKind",
                "PublicStatus",
                "ReportKind",
                "ResidentAction",
                "ResidentRole",
                "UpdateKind",
            )
        },
    },
}

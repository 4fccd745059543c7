"""Posters of the grids 网格海报: which grids, and what is on a poster."""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import segno
from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.enums import Role
from dispatch.queries.sheets import issuer_name
from reports.models import Grid
from xiangcun.lib import wechat
from xiangcun.lib.errors import DomainError

logger = logging.getLogger(__name__)
ANY_GRID = frozenset({Role.DISPATCHER, Role.LEAD, Role.ADMINISTRATOR})
PRINTS_POSTERS = ANY_GRID | {Role.GRID}
MAX_POSTERS = 40
_CODE_SECONDS = 24 * 3600
_CODE_WIDTH = 640


@dataclass(frozen=True, slots=True)
class Poster:
    """``code`` is the picture of the mini program's code, ``None`` where there is none to be had."""

    grid: Grid
    issuer: str
    link: str
    code: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Return village and grid; a grid that is named after its village says it once."""
        village, grid = self.grid.village_name, self.grid.name
        return grid if grid.startswith(village) else f"{village}　{grid}"

    @property
    def link_picture(self) -> str:
        """Return the plain QR code as an address that an ``<img>`` draws."""
        return self.link_code().svg_data_uri(scale=8, border=2, light="#fff")

    @property
    def code_picture(self) -> str:
        """Return the mini program's code the same way."""
        if self.code is None:
            return ""
        kind = "png" if self.code.startswith(b"\x89PNG") else "jpeg"
        return f"data:image/{kind};base64,{base64.b64encode(self.code).decode()}"

    def link_code(self) -> segno.QRCode:
        """Return the plain QR code; a quarter of it may be scratched away on a wall."""
        return segno.make(self.link, error="q", micro=False)


def grids_for(actor: Actor) -> QuerySet[Grid]:
    """Return the grids whose posters this person prints: a grid officer those they walk."""
    grids = Grid.objects.filter(is_active=True).only("code", "name", "village_code", "village_name")
    if actor.roles & ANY_GRID:
        return grids
    if Role.GRID in actor.roles:
        return grids.filter(pk__in=actor.grid_ids)
    return grids.none()


def search_grids(grids: QuerySet[Grid], text: str) -> QuerySet[Grid]:
    """Narrow a list by a part of the name of a grid or village, or the beginning of a code."""
    if not text:
        return grids
    return grids.filter(
        Q(name__icontains=text) | Q(village_name__icontains=text) | Q(code__startswith=text)
    )


def build_posters(grids: Sequence[Grid], *, origin: str) -> tuple[list[Poster], str]:
    """Return the posters, and why the codes of the mini program are missing, if they are.

    Once WeChat has failed it is not asked for the rest: somebody is waiting.
    """
    issuer, trouble = issuer_name(), ""
    posters: list[Poster] = []
    for grid in grids:
        code: bytes | None = None
        if not trouble:
            code, trouble = _code_of(grid)
        posters.append(Poster(grid, issuer, f"{origin}/h5/report?g={grid.code}", code))
    return posters, trouble


def step_lines() -> tuple[str, ...]:
    """Return how it goes, for the screen and for the paper."""
    return (
        _("① 拍照片　② 说一句话　③ 点提交"),
        _("可以不留姓名；办到哪一步，随时能查"),
    )


def danger_line() -> str:
    """Return what comes before any report."""
    return _("有人受伤、起火、触电等紧急情况，请先拨 110、119、120")


def _code_of(grid: Grid) -> tuple[bytes | None, str]:
    """Return the code's picture, kept for a day: it is the same for ever but for its version."""
    services = wechat.api()
    if services is None:
        return None, ""
    key = f"poster:{settings.WECHAT_APPID}:{settings.WECHAT_CODE_VERSION}:{grid.code}"
    kept = cache.get(key)
    if isinstance(kept, bytes):
        return kept, ""
    try:
        code = services.mini_program_code(scene=f"g={grid.code}", width=_CODE_WIDTH)
    except DomainError as error:
        logger.warning("poster_code_missing grid=%s code=%s", grid.code, error.code)
        return None, error.message
    cache.set(key, code, timeout=_CODE_SECONDS)
    return code, ""

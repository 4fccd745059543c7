"""Tables of the resident's world."""

from reports.models.categories import Category, Dimension
from reports.models.photos import Photo
from reports.models.places import Grid, Landmark
from reports.models.reports import OPEN_STATUSES, Rating, Report, ReportPhoto, ReportUpdate
from reports.models.residents import Resident, ResidentToken
from reports.models.senders import SenderBlock

__all__ = [
    "OPEN_STATUSES",
    "Category",
    "Dimension",
    "Grid",
    "Landmark",
    "Photo",
    "Rating",
    "Report",
    "ReportPhoto",
    "ReportUpdate",
    "Resident",
    "ResidentToken",
    "SenderBlock",
]

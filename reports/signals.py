"""The only two signals of the project.

``report_submitted`` (kwargs ``report_id: int``) is sent after commit: a row is there, go and look.
``resident_acted`` (kwargs ``report: Report``, ``action: ResidentAction``, ``payload: Mapping[str, object]``,
``now: datetime``) is sent inside the resident's transaction: a receiver that raises ``DomainError``
rolls the resident's action back.
"""

from django.dispatch import Signal

report_submitted = Signal()
resident_acted = Signal()

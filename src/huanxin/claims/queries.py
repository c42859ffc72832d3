"""The door of claims for whoever reads them."""

from .counting import filled as counted
from .filing.queries import (
    Draft,
    claim,
    draft,
    history,
    may_see,
    missing_papers,
    newest,
    of_person,
    redecide,
)
from .filing.questions import Question, Slot, papers_asked
from .life.queries import deeds_of, is_applicant
from .programmes.queries import (
    Entitlement,
    entitlements,
    money_left,
    pack_of,
    preview,
    programme,
    programmes,
    shares_of,
    waiting,
)
from .review.queries import at_my_desks
from .things import identity

__all__ = [
    "Draft", "Entitlement", "Question", "Slot", "at_my_desks", "claim", "counted", "deeds_of", "draft",
    "entitlements", "history", "identity", "is_applicant", "may_see", "missing_papers", "money_left",
    "newest", "of_person", "pack_of", "papers_asked", "preview", "programme", "programmes", "redecide",
    "shares_of", "waiting",
]  # fmt: skip

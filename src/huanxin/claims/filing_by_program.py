"""What programs are told of claims: which ones they see, what a programme asks, the sentences of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.foundation.lib import reader

from .models import Claim, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack


def seen_by(user: User) -> QuerySet[Claim]:
    """The claims that somebody sees, as on the pages: their own, those they entered, and where they review.

    Of others only what was sent.
    """
    own = Q(applicant__login=user) | Q(entered_by=user)
    if access.may_somewhere(user, "review"):
        own |= access.in_areas(user, "review") & ~Q(state=State.DRAFT)
    return Claim.objects.filter(own).select_related("programme", "applicant")


def asks(pack: Pack) -> list[dict[str, object]]:
    """Every fact and thing that a claim by this pack may ask, in the pack's order."""
    facts: list[dict[str, object]] = [
        {
            "name": name,
            "sort": "fact",
            "type": str(fact.type),
            "ask": reader.said(fact.ask),
            "unit": fact.unit,
            "choices": {code: reader.said(choice) for code, choice in fact.of.items()},
            "proof": reader.said(fact.proof),
        }
        for name, fact in pack.facts.items()
    ]
    things: list[dict[str, object]] = [
        {
            "name": name,
            "sort": "thing",
            "type": thing.kind or thing.scheme or "",
            "ask": reader.said(thing.ask),
            "unit": "",
            "choices": {},
            "proof": reader.said(thing.proof),
        }
        for name, thing in pack.things.items()
    ]
    return facts + things


def no_state(state: str) -> str:
    """The sentence for a state that is none."""
    return _("“%(state)s” is no state of a claim. Write one of: %(states)s.") % {
        "state": state,
        "states": ", ".join(State.values),
    }


def who_is_it() -> str:
    """The sentence for a token whose person has given no real name."""
    return _("This token's person has no real name here yet. Name the applicant, or register the name first.")


def not_for_others() -> str:
    """The sentence for somebody who would enter a claim for another and is no dealer."""
    return _("Only a shop or dealer enters claims for others. Leave the applicant out to apply yourself.")

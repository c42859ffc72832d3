"""What programs are told of claims: which ones they see, what a programme asks, the sentences of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.foundation.lib import reader

from . import papers, queries
from .filing import questions as asking
from .models import Claim, State
from .refusals import BadAnswers

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


def still_open(claim: Claim) -> list[str]:
    """What must still be answered, or handed in: a paper is `paper-` and what it proves.

    Of a claim that was sent only its papers, as long as they can follow. Cost: a decision.
    """
    if not papers.may_be_added(claim):
        return []
    has_answers = claim.state in (State.DRAFT, State.RETURNED)
    found = queries.draft(claim, None if has_answers else claim.decided_on).open
    return [question.key for question in found if has_answers or question.sort == "paper"]


def slot_of(claim: Claim, proves: str) -> str:
    """Under which fact or thing a paper is kept that proves this one: the first that the same paper proves.

    Raises BadAnswers with what may be proven, where nothing of the pack is called so or no paper proves it.
    """
    draft = queries.draft(claim, claim.decided_on)
    pack, decision = draft.pack, draft.decision
    proofs = {name: fact.proof for name, fact in pack.facts.items()}
    proofs |= {name: thing.proof for name, thing in pack.things.items()}
    provable = {name: name for name, proof in proofs.items() if proof is not None}
    for slot in asking.papers_asked(pack, draft.claim, decision.on, decision.needs):
        provable |= dict.fromkeys(slot.proves, slot.name)
    if proves not in provable:
        names = {"name": proves, "names": ", ".join(provable)}
        why = _("Nothing that a paper proves is called “%(name)s” here. Write one of: %(names)s.") % names
        raise BadAnswers({"proves": why})
    return provable[proves]


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

"""What a claim asks, in order: the pack's facts, the things it is about, the contact, the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.rulebook import queries as rulebook

from .. import things

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from huanxin.policy import Decision, Pack, Text

    from ..models import Claim


def paper_key(name: str) -> str:
    """How the page is called that asks for the paper which proves this first."""
    return f"paper-{name}"


@dataclass(frozen=True)
class Question:
    """One question of a claim, on a page of its own."""

    name: str
    sort: str  # fact, thing, contact, paper
    ask: str
    proof: str = ""
    answer: str = ""
    is_answered: bool = False

    @property
    def key(self) -> str:
        """How the question's page is called: a paper is named by the first fact that it proves."""
        return paper_key(self.name) if self.sort == "paper" else self.name


@dataclass(frozen=True)
class Slot:
    """A paper that a claim rests on: what it is called, and which facts and things it proves."""

    name: str
    called: str
    proves: tuple[str, ...]

    @property
    def key(self) -> str:
        """How the page of its question is called."""
        return paper_key(self.name)

    def is_in(self, there: Collection[str]) -> bool:
        """Whether it was handed in, for whichever of the things that it proves."""
        return any(name in there for name in self.proves)


def facts_asked(pack: Pack, facts: dict[str, object], needs: Iterable[str]) -> list[str]:
    """The facts answered so far and those still needed, in the pack's order; none that changes nothing.

    What the office counts itself is not among them.
    """
    wanted = set(needs) | {name for name, value in facts.items() if value is not None}
    return [name for name, fact in pack.facts.items() if name in wanted and fact.counted_by is None]


def things_asked(pack: Pack, facts: dict[str, object], on: dt.date) -> list[str]:
    """The things that the claim must name, as far as its facts tell."""
    asked = policy.things_asked(pack, facts, on)
    return [name for name in pack.things if asked[name]]


def slots(pack: Pack, names: Iterable[str]) -> list[Slot]:
    """Each different paper that proves one of these facts and things, in their order."""
    found: dict[str, list[str]] = {}
    texts: dict[str, Text] = {}
    for name in names:
        proof = pack.facts[name].proof if name in pack.facts else pack.things[name].proof
        if proof is not None:
            found.setdefault(proof.zh, []).append(name)
            texts.setdefault(proof.zh, proof)
    return [Slot(names[0], reader.said(texts[zh]), tuple(names)) for zh, names in found.items()]


def papers_asked(pack: Pack, claim: Claim, on: dt.date, needs: Iterable[str] = ()) -> list[Slot]:
    """Every paper that a claim rests on, as far as its answers tell."""
    names = [*facts_asked(pack, claim.facts, needs), *things_asked(pack, claim.facts, on)]
    return slots(pack, names)


def questions(pack: Pack, claim: Claim, decision: Decision, *, handed_in: Iterable[str]) -> list[Question]:
    """All questions of a claim as they stand now. `handed_in` names the papers that are there."""
    on = decision.on
    facts, about = facts_asked(pack, claim.facts, decision.needs), things_asked(pack, claim.facts, on)
    found = [_fact(pack, claim, name) for name in facts]
    found += [
        Question(
            name,
            "thing",
            things.called(pack, name),
            reader.said(pack.things[name].proof),
            things.identity(claim, name) if name in claim.things else "",
            name in claim.things,
        )
        for name in about
    ]
    found += [
        Question("phone", "contact", _("Your telephone"), "", claim.phone_shown, bool(claim.phone_shown)),
        Question(
            "account",
            "contact",
            _("Your own bank account, to which the money is paid"),
            "",
            f"{claim.bank} {claim.account_shown}".strip(),
            bool(claim.account_shown and claim.bank),
        ),
    ]
    there = set(handed_in)
    found += [
        Question(
            slot.name,
            "paper",
            slot.called,
            "",
            _("handed in") if slot.is_in(there) else "",
            slot.is_in(there),
        )
        for slot in slots(pack, [*facts, *about])
    ]
    return found


def _fact(pack: Pack, claim: Claim, name: str) -> Question:
    value = claim.facts.get(name)
    fact = pack.facts[name]
    shown = "" if value is None else rulebook.in_words(pack, name, value)
    return Question(name, "fact", reader.said(fact.ask), reader.said(fact.proof), shown, value is not None)

"""What an applicant sees of a claim: what it asks, what it would get, what is missing, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.rulebook import queries as rulebook

from .. import counting, steps
from ..models import Claim, State, Step
from ..programmes import queries as programmes
from ..refusals import UnknownClaim
from ..steps import Row, Who
from . import deciding
from . import questions as asking

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from huanxin.foundation.access.models import User
    from huanxin.policy import Decision, Pack

    from .questions import Question, Slot

_WITH = ("programme", "applicant__login", "entered_by", "place")


@dataclass(frozen=True)
class Draft:
    """A claim as it is being written: its pack, what would be granted now, and every question."""

    claim: Claim
    pack: Pack
    decision: Decision
    questions: list[Question]

    @property
    def open(self) -> list[Question]:
        return [q for q in self.questions if not q.is_answered]

    @property
    def needed(self) -> list[str]:
        """What the decision still waits for, as it is asked."""
        facts = [self.pack.facts[name] for name in self.decision.needs]
        return [reader.said(fact.ask) for fact in facts if fact.counted_by is None]

    @property
    def is_refused(self) -> bool:
        return self.decision.verdict == "ineligible"

    @property
    def has_other_rules(self) -> bool:
        """Whether the pack has changed since the claim was begun, or first sent."""
        return bool(self.claim.pack_digest) and self.claim.pack_digest != self.pack.digest

    @property
    def is_complete(self) -> bool:
        return self.decision.verdict == "eligible" and not self.open

    def following(self, key: str = "", *, changing: bool = False) -> str:
        """The address after an answer: the next open question behind it, or the check.

        What was changed leads back to the check, and so does what the rules do not grant.
        """
        following = next((q for q in (*self._behind(key), *self.questions) if not q.is_answered), None)
        return self._address(None if changing or self.is_refused else following)

    def skipping(self, key: str) -> str:
        """The address of the next open question behind one that stays open; the check behind the last."""
        return self._address(next((q for q in self._behind(key) if not q.is_answered), None))

    def _behind(self, key: str) -> list[Question]:
        keys = [q.key for q in self.questions]
        return self.questions[keys.index(key) + 1 :] if key in keys else []

    def _address(self, question: Question | None) -> str:
        if question is None:
            return reverse("claims:check", args=[self.claim.number])
        return reverse("claims:question", args=[self.claim.number, question.key])


def claim(number: str) -> Claim:
    """One claim with its programme, applicant and place. Raises `UnknownClaim`."""
    found = Claim.objects.select_related(*_WITH).filter(number=number).first()
    if found is None:
        raise UnknownClaim(_("There is no claim “%(number)s”.") % {"number": number})
    return found


def to_send(numbers: Iterable[str]) -> QuerySet[Claim]:
    """Claims by their numbers, with what sending them needs. One query."""
    return Claim.objects.select_related(*_WITH).filter(number__in=list(numbers))


def newest(*, programme: str = "", state: str = "", place: str = "") -> QuerySet[Claim]:
    """Claims, newest first, narrowed by programme, state and place."""
    found = Claim.objects.select_related(*_WITH).order_by("-id")
    if programme:
        found = found.filter(programme__slug=programme)
    if state:
        found = found.filter(state=state)
    if place.isdigit():
        # Codes of a place begin with its own: a range, so that an index serves it.
        found = found.filter(place_id__gte=place, place_id__lt=str(int(place) + 1))
    return found


def of_person(user: User | AnonymousUser) -> QuerySet[Claim]:
    """The claims of a person and those they entered for others, newest first."""
    found = Claim.objects.select_related("programme", "place", "applicant")
    return found.filter(Q(applicant__login_id=user.pk) | Q(entered_by_id=user.pk)).order_by("-id")


def may_see(user: User | AnonymousUser, claim: Claim) -> bool:
    """Whether the applicant's pages of a claim are this person's."""
    return user.pk in (claim.applicant.login_id, claim.entered_by_id)


def own_deeds(claim: Claim, user: User | AnonymousUser) -> list[Row]:
    """The steps that an applicant can take with their claim now."""
    if not may_see(user, claim):
        return []
    return [row for row in steps.deeds_from(claim.state) if Who.APPLICANT in row.who]


def draft(claim: Claim, on: dt.date | None = None) -> Draft:
    """What a claim asks and would get as it stands, with the programme's pack of today.

    What was sent, and not returned, asks what it asked then: by the archived pack.
    """
    day = on or (claim.decided_on if claim.state != State.DRAFT else None) or timezone.localdate()
    if claim.state in (State.DRAFT, State.RETURNED):
        pack = programmes.pack_of(claim.programme, day)
    else:
        pack = rulebook.by_digest(claim.pack_digest)
    known = {name: value for name, value in claim.facts.items() if name in pack.facts}
    known = counting.filled(pack, known, claim.applicant_id, day, claim.pk)
    decision = policy.decide(pack, known, day)
    handed_in = claim.papers.filter(replaced_at__isnull=True).values_list("proves", flat=True)
    return Draft(claim, pack, decision, asking.questions(pack, claim, decision, handed_in=handed_in))


def is_green(claim: Claim, pack: Pack, decision: Decision) -> bool:
    """Whether every check is met and every paper is there that proves something. One query."""
    there = set(claim.papers.filter(replaced_at__isnull=True).values_list("proves", flat=True))
    return deciding.is_green(claim, pack, decision, there)


def missing_papers(claim: Claim) -> list[Slot]:
    """The papers that a claim that was sent rests on and that nobody has handed in. One query.

    Raises `rulebook.UnknownDigest` if the pack by which it was decided is not in the archive.
    """
    assert claim.decided_on is not None
    asked = asking.papers_asked(rulebook.by_digest(claim.pack_digest), claim, claim.decided_on)
    there = set(claim.papers.filter(replaced_at__isnull=True).values_list("proves", flat=True))
    return [slot for slot in asked if not slot.is_in(there)]


def history(claim: Claim) -> list[Step]:
    """Every step of a claim, oldest first, with who took it. One query."""
    return list(claim.steps.select_related("by").order_by("n"))


def redecide(claim: Claim, known_on: dt.date | None = None) -> Decision:
    """Decide a claim again.

    Without `known_on` by the archived pack and days of its decision: the same to the cent, whatever was
    released since. With it by the pack as it is released now, with the figures known on that day: what a
    later notice owes. Raises `rulebook.UnknownDigest` if the archive was altered.
    """
    assert claim.decided_on is not None
    pack = rulebook.by_digest(claim.pack_digest)
    if known_on is None:
        return policy.decide(pack, claim.facts, claim.decided_on, claim.known_on)
    newest = rulebook.newest(pack.id)
    pack = rulebook.thaw(newest) if newest is not None else pack
    known = {name: value for name, value in claim.facts.items() if name in pack.facts}
    return policy.decide(pack, known, claim.decided_on, known_on)

"""The life of a claim as a table: from which state, which deed, by whom, to which state, and what follows.

Nothing here reads the database. `life.services.take_step` runs the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .models import Desk, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Who(StrEnum):
    """Who takes a step."""

    APPLICANT = "applicant"  # the applicant, or whoever entered the claim for them
    DESK = "desk"  # a reviewer whose mandate is of the desk's level and of the claim's place
    REVIEWER = "reviewer"  # a reviewer of any level whose area holds the claim's place
    APPEALS = "appeals"  # a reviewer of the desk above, who had no part in the file
    REGION = "region"  # a reviewer of the region
    FINANCE = "finance"  # who pays in the claim's place
    PROGRAMME = "programme"  # who runs the programme
    ITSELF = "itself"  # follows by itself: a draw, a day that came, what another room reports


class Clock(StrEnum):
    """From what the day is reckoned by which the next step is due."""

    NONE = ""
    KEEP = "keep"  # the day that was set before
    ACCEPT = "accept"
    REVIEW = "review"
    NOTICE = "notice"
    PAY = "pay"
    MEND = "mend"  # the applicant's, as long as a review


class Money(StrEnum):
    """What a step does to the money in the ledger."""

    NONE = ""
    RESERVE = "reserve"
    RELEASE = "release"
    COMMIT = "commit"
    PAY = "pay"
    BOUNCE = "bounce"
    RECOVER = "recover"
    RECOVER_PART = "recover_part"
    GIVE_BACK = "give_back"


# Where a step leads, other than to a state of its own.
ONWARD = "onward"  # to the desk after this one in the programme's chain
BACK = "back"  # to the state from which it was suspended


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    deed: str
    to: str
    who: frozenset[Who]
    clock: Clock = Clock.NONE
    tells: str = ""
    needs_reason: bool = False
    money: Money = Money.NONE


_S = State
_AT_A_DESK = (_S.ACCEPTED, _S.BANNER_REVIEWED, _S.SAMPLED)
_BEFORE_MONEY = (
    _S.SUBMITTED, _S.ACCEPTED, _S.BANNER_REVIEWED, _S.LEAGUE_REVIEWED, _S.SAMPLED, _S.REVIEWED, _S.NOTICE,
)  # fmt: skip
ENDED = frozenset({_S.REFUSED, _S.WITHDRAWN, _S.RECOVERED})
# A claim in these states keeps its things and its applicant's turn to itself.
HOLDING = frozenset(_S) - ENDED - {_S.DRAFT, _S.APPEALED}
# Deeds of officials that count as a look at the file; nobody takes them at two desks.
LOOKS = frozenset({"accept", "approve", "return", "refuse", "uphold", "reject_appeal"})

# What the applicant can be told; each has its text in templates/outbox.
MESSAGES = (
    "claims/accept", "claims/appeal", "claims/appeal_rejected", "claims/committed", "claims/failed",
    "claims/out_of_queue", "claims/paid", "claims/proof", "claims/published", "claims/queued",
    "claims/raise", "claims/received", "claims/recovered", "claims/refused", "claims/resumed",
    "claims/returned", "claims/suspended", "claims/topped_up", "claims/upheld", "claims/withdraw",
)  # fmt: skip

# Several states at once, where one line holds for all of them.
_SETS: dict[str, tuple[State, ...]] = {
    "desks": _AT_A_DESK,
    "before money": _BEFORE_MONEY,
    "any": tuple(sorted(HOLDING - {_S.CLOSED, _S.SUSPENDED})),
}
# `same` stays where it is. A deed is told as claims/<tells>; `why` marks those that need a reason.
_LIFE = """
from                | deed         | to       | who              | clock | tells          | why| money
draft               | submit       | submitted| applicant        | accept| received       |    |
draft, returned     | queue        | queued   | applicant        |       | queued         |    |
draft               | discard      | withdrawn| applicant        |       |                |    |
returned            | resubmit     | submitted| applicant        | accept| received       |    |
queued, returned    | withdraw     | withdrawn| applicant        |       | withdraw       |    | release
before money        | withdraw     | withdrawn| applicant        |       | withdraw       |    | release
refused             | appeal       | appealed | applicant        | review| appeal         | why|
committed           | mend_account | same     | applicant        | pay   |                |    |
queued              | release      | submitted| itself, programme| accept| out_of_queue   |    | reserve
submitted           | accept       | accepted | desk             | review| accept         |    |
desks               | approve      | onward   | desk             | keep  |                |    |
submitted, desks    | return       | returned | desk             | mend  | returned       | why|
submitted, desks    | refuse       | refused  | desk             |       | refused        | why| release
reviewed, notice    | refuse       | refused  | reviewer         |       | refused        | why| release
suspended           | refuse       | refused  | reviewer         |       | refused        | why| release
league_reviewed     | draw         | sampled  | itself           | keep  |                |    |
league_reviewed     | pass         | reviewed | itself           | keep  |                |    |
reviewed            | publish      | notice   | reviewer         | notice| published      |    |
reviewed, notice    | commit       | committed| reviewer, itself | pay   | committed      |    | commit
before money        | suspend      | suspended| reviewer, itself | review| suspended      | why|
committed           | suspend      | suspended| reviewer, itself | review| suspended      | why|
suspended           | resume       | back     | reviewer         | review| resumed        | why|
appealed            | uphold       | onward   | appeals          | review| upheld         | why| reserve
appealed            | reject_appeal| refused  | appeals          |       | appeal_rejected| why|
committed, suspended| pay          | paid     | finance, itself  |       | paid           |    | pay
committed           | fail         | same     | finance, itself  | pay   | failed         | why|
paid                | bounce       | committed| finance, itself  | pay   | failed         | why| bounce
paid                | close        | closed   | finance, itself  |       |                |    |
paid, closed        | recover      | recovered| region, finance  |       | recovered      | why| recover
paid, closed        | recover_part | same     | region, finance  |       | recovered      | why| recover_part
any                 | proof        | same     | itself           | keep  | proof          |    |
any                 | raise        | same     | itself           | keep  | raise          |    |
committed, suspended| give_back    | withdrawn| itself           |       |                | why| release
paid, closed        | give_back    | withdrawn| itself           |       |                | why| give_back
"""


def _table() -> Iterator[tuple[tuple[str, str], Row]]:
    for line in _LIFE.strip().splitlines()[1:]:
        states, deed, to, who, clock, tells, why, money = (cell.strip() for cell in line.split("|"))
        for name in states.split(", "):
            for state in _SETS.get(name) or (State(name),):
                lead = state.value if to == "same" else to if to in (ONWARD, BACK) else State(to).value
                by = frozenset(Who(word) for word in who.split(", "))
                told = MESSAGES[MESSAGES.index(f"claims/{tells}")] if tells else ""
                yield (state.value, deed), Row(deed, lead, by, Clock(clock), told, bool(why), Money(money))


TABLE: dict[tuple[str, str], Row] = dict(_table())


def deeds_from(state: str) -> list[Row]:
    """Every deed that may follow on a state."""
    return [row for (at, _deed), row in TABLE.items() if at == state]


def first_desk(chain: Sequence[str]) -> Desk:
    """The desk that a new claim lies at; the banner's, where the programme names none."""
    return Desk(chain[0]) if chain else Desk.BANNER


def desk_of(state: str, chain: Sequence[str]) -> str:
    """The desk at which a claim in this state lies."""
    if state in (_S.SUBMITTED, _S.ACCEPTED, _S.REVIEWED, _S.NOTICE):
        return first_desk(chain)
    return {
        _S.DRAFT: Desk.APPLICANT,
        _S.RETURNED: Desk.APPLICANT,
        _S.BANNER_REVIEWED: Desk.LEAGUE,
        _S.LEAGUE_REVIEWED: Desk.REGION,
        _S.SAMPLED: Desk.REGION,
        _S.COMMITTED: Desk.FINANCE,
        _S.PAID: Desk.FINANCE,
    }.get(State(state), Desk.NOBODY)


def onward(state: str, desk: str, chain: Sequence[str]) -> State:
    """The state after the desk at which a claim in `state` lies has approved it."""
    if state == _S.SUBMITTED and chain:
        return _S.ACCEPTED
    if state == _S.SAMPLED or state not in (*_AT_A_DESK, _S.SUBMITTED, _S.LEAGUE_REVIEWED):
        return _S.REVIEWED
    after = list(chain)[list(chain).index(desk) + 1 :] if desk in chain else []
    following = after[0] if after else ""
    return {Desk.LEAGUE: _S.BANNER_REVIEWED, Desk.REGION: _S.LEAGUE_REVIEWED}.get(following, _S.REVIEWED)  # type: ignore[call-overload, no-any-return]


def appeals_desk(desk: str) -> Desk:
    """The desk that decides on an appeal against a refusal at `desk`: the one above, the region's at most."""
    return Desk.LEAGUE if desk == Desk.BANNER else Desk.REGION


def digits_of(desk: str) -> int:
    """How many digits of a place's code a mandate of this desk has."""
    return {Desk.BANNER: 6, Desk.LEAGUE: 4, Desk.REGION: 2}[Desk(desk)]


def stage_of(state: str, state_before: str = "") -> str:
    """The ledger's stage at which the money of a claim in this state stands; none where it has no money."""
    if state == _S.SUSPENDED:
        return stage_of(state_before)
    if state == _S.RETURNED or state in _BEFORE_MONEY:
        return "reserved"
    return {
        _S.COMMITTED: "committed", _S.PAID: "paid", _S.CLOSED: "paid", _S.RECOVERED: "recovered",
    }.get(State(state), "") if state else ""  # fmt: skip

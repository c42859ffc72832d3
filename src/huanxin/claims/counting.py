"""How many of a class a person had already: counted from the holds of living claims, never asked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from huanxin.foundation.lib import sealed

from . import things
from .models import Hold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from huanxin.policy import Pack

# So many places in the count are looked up at once; few people have more of a class in a year.
_AT_ONCE = 32


@dataclass(frozen=True)
class Turns:
    """A person's turns in a class of goods: how many are taken, and the key of the first that is free."""

    fact: str
    taken: int
    kind: str
    free: bytes


def filled(
    pack: Pack, facts: Mapping[str, Any], applicant: int, on: dt.date, but: int | None = None
) -> dict[str, Any]:
    """The facts with those that the office counts itself; `but` is a claim that is not counted.

    A higher number that was declared stands: it may have been granted by another office. Without an answer to
    the fact by which it is counted nothing is filled in. One query for each counted fact of the pack.
    """
    found = dict(facts)
    for turns in of(pack, facts, applicant, on, but):
        found[turns.fact] = max(turns.taken, int(found.get(turns.fact) or 0))
    return found


def of(
    pack: Pack, facts: Mapping[str, Any], applicant: int, on: dt.date, but: int | None = None
) -> Iterator[Turns]:
    """The turns of an applicant for every counted fact of a pack. One query each."""
    year = things.case_day(pack, dict(facts), on).year
    for name, fact in pack.facts.items():
        if fact.counted_by is None or facts.get(fact.counted_by) is None:
            continue
        whose = f"{applicant}:{pack.once_group or pack.id}:{name}:{facts[fact.counted_by]}"
        yield _turns(name, f"turn:{year}", whose, but)


def _turns(fact: str, kind: str, whose: str, but: int | None) -> Turns:
    taken, free = 0, b""
    for first in count(0, _AT_ONCE):
        keys = [sealed.keyed_hash(f"{whose}:{n}", "hold") for n in range(first, first + _AT_ONCE)]
        held = Hold.objects.filter(kind=kind, key_hash__in=keys).exclude(claim=but)
        there = {bytes(key) for key in held.values_list("key_hash", flat=True)}
        taken += len(there)
        free = free or next((key for key in keys if key not in there), b"")
        if len(there) < _AT_ONCE:
            break
    return Turns(fact, taken, kind, free)

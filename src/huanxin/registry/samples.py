"""An inventory to look at.

The real coal units of GEM, and a made-up sample of the other kinds, marked as such.
"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings

from huanxin.foundation.lib import spreadsheets
from huanxin.foundation.lib.progress import Progress, silent

from . import kinds
from .importing import identities
from .importing.services import import_assets
from .places import region

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huanxin.foundation.access.models import User
    from huanxin.policy import Fact, Pack

    from .models import Import

GEM_KIND = "coal-power-unit"
GEM_SOURCE = "Global Coal Plant Tracker, Global Energy Monitor, July 2024 release (CC BY 4.0)"
MADE_UP = "made up / 虚构样例"
_HOLDERS = (
    "虚构样例甲公司",
    "虚构样例乙公司",
    "虚构样例合作社",
    "虚构样例医院",
    "虚构样例学校",
    "虚构样例物业",
)
# A row in nine lacks a fact here and there, as real inventories do: so that “cannot tell” can be seen.
_GAPS = 1 / 9
_FIRST_YEAR, _LAST_YEAR = 1996, 2025


def load_demo(by: User | None = None, *, n: int = 240, progress: Progress = silent) -> Iterator[Import]:
    """Carry in GEM's 586 units, then `n` made-up things of every other kind; the same every time.

    Goes the way of any sheet, so that it also shows what an import does with misspelt and missing places.
    """
    gem = region.folder() / "data" / "gem_coal_units_inner_mongolia_2024-07.csv"
    if GEM_KIND in kinds.all_kinds():
        yield import_assets(gem, GEM_KIND, by=by, source=GEM_SOURCE, progress=progress)
    folder = settings.VAR / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    for name, pack in kinds.all_kinds().items():
        if name != GEM_KIND:
            path = folder / f"sample-{name}.csv"
            made_up(pack, path, n)
            yield import_assets(path, name, by=by, source=MADE_UP, sample=True, progress=progress)


def made_up(pack: Pack, path: Path, n: int) -> None:
    """Write `n` invented things of a kind as CSV. Deterministic: the kind's name is the seed."""
    chance = random.Random(pack.id)
    places = [p.code for p in region.gazetteer().places.values() if p.level == "banner"]
    facts = list(pack.facts.values())
    headers = [*(f.name for f in facts), "place", "holder"]

    def rows() -> Iterator[list[object]]:
        for number in range(1, n + 1):
            year = chance.randint(_FIRST_YEAR, _LAST_YEAR)
            cells = [_cell(fact, pack, number, year, chance) for fact in facts]
            yield [*cells, chance.choice(places), chance.choice(_HOLDERS)]

    spreadsheets.write_csv(path, headers, rows())


def _cell(fact: Fact, pack: Pack, number: int, year: int, chance: random.Random) -> object:
    assert pack.identity is not None
    if fact.name == pack.identity.fact:
        return _identity(pack.identity.scheme, number)
    if fact.name == pack.name:
        return f"虚构样例 {pack.title.zh} {number:03}"
    if fact.name == pack.in_service:
        day = dt.date(year, chance.randint(1, 12), chance.randint(1, 28))
        return None if chance.random() < _GAPS else year if fact.type == "integer" else day.isoformat()
    if fact.name in ("latitude", "longitude") or chance.random() < _GAPS:
        # The row names its place; an invented point would lie elsewhere, and every place would be in doubt.
        return None
    if fact.type == "choice":
        return chance.choice(list(fact.of))
    if fact.type == "boolean":
        return chance.choice(["true", "false"])
    if fact.type == "date":
        last = fact.highest if isinstance(fact.highest, dt.date) else dt.date(_LAST_YEAR, 12, 28)
        day = dt.date(
            min(year + chance.randint(0, 3), last.year), chance.randint(1, 12), chance.randint(1, 28)
        )
        return min(day, last).isoformat()
    if fact.type == "text":
        return str(fact.example) if fact.example is not None else "虚构"
    return _number(fact, chance)


def _identity(scheme: str, number: int) -> str:
    if scheme != "vin":
        return f"SAMPLE-{number:05}"
    # L: China; 9 in the third place: a maker of fewer than 1,000 a year; nobody is called SAM.
    stem = f"L99SAMPL{{}}00{number:06}"
    for check in "0123456789X":
        try:
            return identities.vin(stem.format(check))
        except identities.IdentityError:
            continue
    raise AssertionError(number)


def _number(fact: Fact, chance: random.Random) -> str:
    """A number about the fact's example: from a quarter to four times of it, within its bounds."""
    about = Decimal(str(fact.example)) if isinstance(fact.example, Decimal | int | float) else Decimal(10)
    value = about * Decimal(chance.choice(["0.25", "0.5", "0.75", "1", "1", "1.5", "2", "4"]))
    for bound, take in ((fact.lowest, max), (fact.highest, min)):
        if isinstance(bound, Decimal):
            value = take(value, bound)
    places = 0 if fact.type == "integer" else min(fact.places, 2)
    return format(round(value, places), "f")

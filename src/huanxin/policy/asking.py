"""Which things a claim must name, given what is known of it so far."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .deciding import decide
from .facts import Text
from .pack import Check, Pack

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


def things_asked(pack: Pack, facts: Mapping[str, object], on: dt.date) -> dict[str, bool | None]:
    """Each thing of the pack: asked for, not asked for, or None where that hangs on a fact still missing.

    Cost: one one-row query where the pack has things that are not always asked for. Raises `BadFacts`.
    """
    asked: dict[str, bool | None] = dict.fromkeys(pack.things, True)
    if any(thing.needed_when for thing in pack.things.values()):
        decision = decide(_questions(pack), facts, on)
        asked |= {check.id: check.value for check in decision.checks if check.id in pack.things}
    return asked


@functools.lru_cache(maxsize=128)
def _questions(pack: Pack) -> Pack:
    """A pack that decides nothing but whether each thing is asked for; compiled and kept like any other."""
    checks = [
        Check(id=name, says=Text(zh=name, en=name), holds=thing.needed_when)
        for name, thing in pack.things.items()
        if thing.needed_when
    ]
    plain = pack.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    plain |= {"checks": [check.model_dump(by_alias=True) for check in checks]}
    for gone in ("amount", "shares", "once_per", "once_group", "in_force"):
        plain.pop(gone, None)
    return Pack.model_validate(plain)

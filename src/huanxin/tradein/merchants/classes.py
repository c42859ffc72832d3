"""Classes of appliances and goods, as the benefit packs in force name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huanxin.foundation.lib.spreadsheets import plain
from huanxin.rulebook import queries as rulebook

if TYPE_CHECKING:
    import datetime as dt

    from huanxin.policy import Text

CLASS = "product_class"
# The pack's word for what it does not subsidise.
_OUTSIDE = "other"


def classes(on: dt.date) -> dict[str, Text]:
    """The subsidised classes of every benefit in force that asks for one, by code. One query."""
    found: dict[str, Text] = {}
    for release in rulebook.in_force(on):
        if release.kind != "benefit":
            continue
        fact = rulebook.thaw(release).facts.get(CLASS)
        if fact is not None and fact.of:
            found |= {code: text for code, text in fact.of.items() if code != _OUTSIDE}
    return found


def by_any_name(known: dict[str, Text]) -> dict[str, str]:
    """How people write the classes, in their `plain` form, to their codes."""
    return {
        plain(word): code
        for code, text in known.items()
        for word in (code, text.say("zh-hans"), text.say("en"))
    }

"""The main pages that a person may open, for the shell of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from ..access import queries as access

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from ..access.models import User

# Names of addresses only: this floor does not know the rooms, and a room that is not there has no link.
# Each with the verb that opens it; without one everybody may.
_ROOMS = (
    ("home:start", "", gettext_lazy("Start")),
    ("claims:entitlements", "apply", gettext_lazy("What can I get")),
    ("claims:mine", "apply", gettext_lazy("My claims")),
    ("tradein:vouchers", "apply", gettext_lazy("Vouchers")),
    ("tradein:till", "trade", gettext_lazy("Till")),
    ("tradein:prices", "trade", gettext_lazy("Filed prices")),
    ("tradein:settlement", "trade", gettext_lazy("Settlement")),
    ("claims:queue", "review", gettext_lazy("Claims to review")),
    ("claims:notices", "review", gettext_lazy("Public notice")),
    ("claims:programmes", "programme", gettext_lazy("Programmes")),
    ("ledger:budgets", "account", gettext_lazy("Money")),
    ("claims:payment", "account", gettext_lazy("Pay claims")),
    ("ledger:batches", "account", gettext_lazy("Payments")),
    ("tradein:merchants", "read", gettext_lazy("Shops")),
    ("claims:findings", "audit", gettext_lazy("Findings")),
    ("claims:replay", "audit", gettext_lazy("Recompute")),
    ("access:people", "administer", gettext_lazy("People and mandates")),
    ("access:tokens", "administer", gettext_lazy("Keys and interfaces")),
    ("access:disclosures", "audit", gettext_lazy("Disclosures")),
    ("registry:inventory", "read", gettext_lazy("Inventory")),
    ("registry:imports", "read", gettext_lazy("Imports")),
    ("renewal:screenings", "read", gettext_lazy("Screenings")),
    ("rulebook:packs", "read", gettext_lazy("Policy packs")),
)


@dataclass(frozen=True)
class Link:
    """One of the main pages; `is_here` if the page shown is it or lies below it."""

    address: str
    name: str
    is_here: bool


class Links(list[Link]):
    """The main pages of somebody, and whether the search for things is among what they may do."""

    may_search = False


def links(path: str, user: User | AnonymousUser | None) -> Links:
    """The main pages that this person may open, the nearest one marked. One query."""
    verbs = access.verbs_of(user) if user is not None else frozenset()
    if user is None or not user.is_authenticated:
        # Whoever has no login yet sees what there is for people, and is asked to log in where it matters.
        verbs = frozenset({"apply"})
    found = []
    for name, verb, word in _ROOMS:
        if verb and verb not in verbs:
            continue
        try:
            found.append((reverse(name), str(word)))
        except NoReverseMatch:
            continue
    inside = [address for address, _word in found if path.startswith(address) and address != "/"]
    here = max(inside, key=len) if inside else ("/" if path == "/" else "")
    shown = Links(Link(address, word, address == here) for address, word in found)
    shown.may_search = "read" in verbs
    return shown

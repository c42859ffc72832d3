"""What the registry knows of a thing, in the reader's words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.lib import reader
from huanxin.foundation.ui import badges, places
from huanxin.foundation.ui.listing import Column

from . import queries
from .models import Asset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huanxin.policy import Fact, Pack

    from .models import LifeEvent

_SHOWN_FACTS = 5
_BESIDE = {"place": gettext_lazy("Place"), "holder": gettext_lazy("Holder")}
_STATE_LOOKS = {"in_use": "plain", "dismantled": "good"}


def kind_names() -> dict[str, str]:
    """Every kind's name, by id."""
    return {name: reader.said(pack.title) for name, pack in queries.kinds().items()}


def value(fact: Fact, known: object, *, with_unit: bool = True) -> str:
    """A fact's value as people write it; empty where it is not known."""
    if known is None or known == "":
        return ""
    unit = f" {fact.unit}" if with_unit and fact.unit else ""
    if fact.type == "choice" and str(known) in fact.of:
        return reader.said(fact.of[str(known)])
    if fact.type == "boolean":
        return _("yes") if known else _("no")
    if fact.type == "date":
        return date_format(dt.date.fromisoformat(str(known)), "DATE_FORMAT")
    if fact.type == "decimal":
        return f"{figure(known)}{unit}"
    return f"{known}{unit}"


def figure(known: object) -> str:
    """A number without needless zeros, grouped by thousands."""
    try:
        number = Decimal(str(known))
    except InvalidOperation:
        return str(known)
    plain = f"{number:f}"
    n_places = len(plain.partition(".")[2].rstrip("0"))
    return str(number_format(number, decimal_pos=n_places, force_grouping=abs(number) >= 10_000))


def columns(kind: Pack | None) -> list[Column[Asset]]:
    """The columns of the inventory: with a kind asked for, what its pack names; else what all things have.

    All other facts of the kind are offered to whoever wants them.
    """
    names = kind_names()
    found: list[Column[Asset]] = [
        Column(_("Name"), _named, lambda thing: f"/registry/things/{thing.pk}/", is_main=True)
    ]
    if kind is None:
        found.append(Column(_("Kind of thing"), lambda thing: names.get(thing.kind, thing.kind), key="kind"))
    found.append(Column(_("Place"), _placed, key="place"))
    found += _of_facts(kind) if kind else []
    year: Column[Asset] = Column(
        _("In service since"),
        lambda thing: thing.in_service_year or _("not known"),
        is_number=True,
        key="year",
        orders=("year", "-year"),
    )
    return [
        *found,
        year,
        Column(_("State"), lambda thing: thing.get_state_display(), key="state", is_offered=kind is not None),
        Column(_("Identity"), lambda thing: thing.identity_shown, key="identity"),
        Column(_("Source"), lambda thing: thing.source, key="source", is_offered=True),
    ]


def _of_facts(kind: Pack) -> list[Column[Asset]]:
    """A kind's facts, those that its pack names first; the rest is offered. Name, year and identity apart."""
    apart = {kind.name, kind.in_service, kind.identity.fact if kind.identity else None}
    named = [name for name in kind.columns if name not in apart]
    shown = named[:_SHOWN_FACTS]
    rest = [name for name in kind.facts if name not in apart and name not in named]
    return [_of_fact(kind.facts[n], is_offered=n not in shown) for n in (*named, *rest)]


def _of_fact(fact: Fact, *, is_offered: bool) -> Column[Asset]:
    unit = f" ({fact.unit})" if fact.unit else ""
    return Column(
        f"{reader.said(fact.ask)}{unit}",
        lambda thing: value(fact, thing.attributes.get(fact.name), with_unit=False),
        is_number=fact.type in ("decimal", "integer"),
        key=f"fact-{fact.name}",
        is_offered=is_offered,
    )


def _named(thing: Asset) -> object:
    name = thing.name or thing.identity_shown
    return format_html("{} {}", name, badges.made_up()) if thing.sample else name


def _placed(thing: Asset) -> object:
    if thing.place is not None:
        return reader.said(thing.place)
    look = "waiting" if thing.place_state == Asset.PlaceState.DOUBT else "plain"
    return badges.mark(look, thing.get_place_state_display())


def state(thing: Asset) -> object:
    """A thing's state as a badge."""
    return badges.mark(_STATE_LOOKS.get(thing.state, "waiting"), thing.get_state_display())


def facts(thing: Asset, kind: Pack) -> list[tuple[str, str, str]]:
    """Everything a kind asks, with what is known: question, value, name of the fact."""
    return [
        (reader.said(fact.ask), value(fact, thing.attributes.get(fact.name)), fact.name)
        for fact in kind.facts.values()
        if kind.identity is None or fact.name != kind.identity.fact
    ]


def life(thing: Asset, kind: Pack, events: list[LifeEvent]) -> list[dict[str, Any]]:
    """A thing's events, latest first, each with what it says."""
    names = places.names()
    return [
        {
            "event": event,
            "says": _details(event.details, kind, names),
            "import_number": event.details.get("import"),
            "mass": "" if event.mass_kg is None else figure(event.mass_kg),
        }
        for event in reversed(events)
    ]


def _details(details: Mapping[str, Any], kind: Pack, names: Mapping[str, str]) -> list[str]:
    said = []
    for name, change in _changes(details):
        fact = kind.facts.get(name)
        asked = reader.said(fact.ask) if fact else _BESIDE.get(name, name)
        before, after = (value(fact, v) if fact else names.get(str(v), str(v or "")) for v in change)
        said.append(f"{asked}: {before or '–'} → {after or '–'}")
    if "to" in details:
        before, after = (names.get(details.get(side) or "", "–") for side in ("from", "to"))
        said.append(f"{before} → {after}")
    if details.get("source"):
        said.append(str(details["source"]))
    return said


def _changes(details: Mapping[str, Any]) -> list[tuple[str, tuple[Any, Any]]]:
    found = details.get("changed") or {}
    return [(name, (pair[0], pair[1])) for name, pair in found.items()] if isinstance(found, dict) else []


def verdicts_address(thing: Asset) -> str:
    """Where a floor above shows what the rules say of a thing; empty where nothing above does."""
    try:
        return reverse("renewal:asset_verdicts", args=[thing.pk])
    except NoReverseMatch:
        return ""

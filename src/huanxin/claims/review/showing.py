"""What the queue shows, in the reader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huanxin.foundation.lib import reader
from huanxin.foundation.lib.money import written
from huanxin.foundation.ui import badges
from huanxin.foundation.ui.listing import Column
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from ..models import Desk
from .seats import GREEN, OPEN, RED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.utils.safestring import SafeString

    from ..models import Claim, Programme
    from .queue import Elsewhere
    from .seats import Seat

_LIGHTS = {RED: ("bad", "✕"), OPEN: ("waiting", "?"), GREEN: ("good", "✓")}


def titles(programmes: Iterable[Programme]) -> dict[int, str]:
    """The name of each programme, from its pack. One query."""
    some = list(programmes)
    releases = rulebook.newest_of_each(*{programme.pack_id for programme in some}) if some else {}
    found = {}
    for programme in some:
        release = releases.get(programme.pack_id)
        found[programme.pk] = reader.said(release.title) if release else programme.slug
    return found


def seat_name(seat: Seat) -> str:
    """锡林浩特市 · 旗县: a place and its desk."""
    place = registry.place(seat.place_code)
    return f"{reader.said(place) if place else seat.place_code} · {Desk(seat.desk).label}"


def colour(light: str) -> SafeString:
    """A file's colour as a word with a shape."""
    look, shape = _LIGHTS[light]
    word = {RED: _("red"), OPEN: _("unsettled"), GREEN: _("green")}[light]
    return badges.mark(look, f"{shape} {word}")


def clock(due_on: dt.date | None) -> SafeString | str:
    """Until when, and how far that is: late ones say so in a word."""
    if due_on is None:
        return "–"
    days = (due_on - timezone.localdate()).days
    day = date_format(due_on, "SHORT_DATE_FORMAT")
    if days < 0:
        late = ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}
        return format_html("{} {}", day, badges.mark("bad", late))
    if days == 0:
        return format_html("{} {}", day, badges.mark("waiting", _("due today")))
    left = ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return format_html('{} <span class="text-secondary">{}</span>', day, left)


def columns(names: dict[int, str], query: str) -> list[Column[Claim]]:
    """The columns of the queue; a file is opened with the filters, so that the next one is theirs too."""
    behind = f"?{query}" if query else ""
    return [
        Column(
            _("Number of the claim"),
            lambda claim: claim.number,
            lambda claim: reverse("claims:file", args=[claim.number]) + behind,
            is_main=True,
        ),
        Column(_("Applicant"), lambda claim: claim.applicant.name),
        Column(_("Programme"), lambda claim: names.get(claim.programme_id, claim.programme.slug)),
        Column(_("Place"), lambda claim: reader.said(claim.place)),
        Column(_("State"), lambda claim: claim.get_state_display()),
        Column(_("Checks"), lambda claim: colour(claim.light)),  # type: ignore[attr-defined]
        Column(_("Due"), lambda claim: clock(claim.due_on)),
        Column(_("Amount"), lambda claim: money(claim.amount), is_number=True),
    ]


def money(amount: Any) -> str:
    return "–" if amount is None else written(amount)


def waiting(found: Iterable[Elsewhere]) -> list[tuple[str, str]]:
    """Who else has claims of my area, and how many, without those who have none."""
    words = {
        "applicant": _("with applicants, to be mended"),
        "money": _("waiting for money"),
        Desk.BANNER: _("at the banners"),
        Desk.LEAGUE: _("at the league"),
        Desk.REGION: _("at the region"),
        "to_publish": _("to be published"),
        "notice": _("in public notice"),
        Desk.FINANCE: _("at finance"),
    }
    return [(words[one.name], f"{one.n:,}{'+' if one.is_more else ''}") for one in found if one.n]

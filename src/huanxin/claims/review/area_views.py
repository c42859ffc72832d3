"""Pages of the league and the region: the area at a glance, and second looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from huanxin.foundation.access.guards import requires
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import places
from huanxin.registry import queries as registry

from ..models import Desk, Programme, State
from . import area as reckoning
from . import queries, showing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from .seats import Seat


@dataclass(frozen=True)
class Shown:
    """A league on the map, coloured by its late files."""

    key: str
    name: str
    n: int


@require_GET
@requires("review")
def area(request: HttpRequest) -> HttpResponse:
    """Which place lags, what is late, what money is left."""
    seat, choices = _seat(request)
    lines = reckoning.lines(seat)
    names = _names()
    place_names = places.names()
    context = {
        "seat": seat,
        "seats": choices,
        "seat_name": showing.seat_name(seat),
        "lines": [(line, reader.said(line.place)) for line in lines],
        "bars": [(reader.said(line.place), line.n_late) for line in lines if line.n_late],
        "n": sum(line.n for line in lines),
        "n_late": sum(line.n_late for line in lines),
        "n_decided": sum(line.n_decided for line in lines),
        "n_to_pay": sum(line.n_to_pay for line in lines),
        "outlines": registry.boundaries() if seat.desk == Desk.REGION else None,
        "map_lines": [_on_map(line) for line in lines] if seat.desk == Desk.REGION else [],
        "left": [
            (
                names.get(row.programme, row.programme),
                place_names.get(row.place_code, row.place_code),
                showing.money(row.granted),
                showing.money(row.available),
            )
            for row in reckoning.money_left(seat)
        ],
    }
    return render(request, "claims/area.html", context)


@require_GET
@requires("review")
def samples(request: HttpRequest) -> HttpResponse:
    """Second looks: why this file, who decided first, and what second looks made of each place's files."""
    seat, choices = _seat(request)
    page = queries.page(queries.Asked(seat), request.GET.get("after"), 50)
    rows = [row for row in page.rows if row.state in (State.BANNER_REVIEWED, State.SAMPLED)]
    first = reckoning.first_decisions(rows)
    names = showing.titles({row.programme for row in rows})
    context = {
        "seat": seat,
        "seats": choices,
        "seat_name": showing.seat_name(seat),
        "page": page,
        "rows": [
            (
                row, names[row.programme_id], reader.said(row.place),
                showing.colour(row.light), showing.clock(row.due_on), first.get(row.pk, []),  # type: ignore[attr-defined]
                f"{reckoning.draw_of(row.number):.2f}" if row.is_sampled else "",
            )
            for row in rows
        ],
        "looked": [(one, reader.said(one.place)) for one in reckoning.second_looks(seat)],
        "days": reckoning.LOOK_DAYS,
    }  # fmt: skip
    return render(request, "claims/samples.html", context)


def _seat(request: HttpRequest) -> tuple[Seat, list[tuple[Seat, str]]]:
    """The desk asked for by `?desk=`, or the widest one of this person's."""
    seats = queries.seats(request.user)
    chosen = next((seat for seat in seats if seat.place_code == request.GET.get("desk")), seats[-1])
    return chosen, [(seat, showing.seat_name(seat)) for seat in seats]


def _names() -> dict[str, str]:
    programmes = {programme.slug: programme for programme in Programme.objects.all()}
    titles = showing.titles(programmes.values())
    return {slug: titles[programme.pk] for slug, programme in programmes.items()}


def _on_map(line: reckoning.Line) -> Shown:
    return Shown(line.place.code, reader.said(line.place), line.n_late)

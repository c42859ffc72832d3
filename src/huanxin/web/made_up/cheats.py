"""The cheats that are planted in the made-up year, pattern by pattern; the real cases stand in the facts
sheet."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from .clock import local
from .plan import GHOST_YARD, PRODUCTS, Car, Sale

if TYPE_CHECKING:
    from .plan import _Maker

_REPLACED = "car-replacement-2026"


def cars(make: _Maker) -> list[Car]:
    """Cheats with cars."""
    return [*_people_who_share(make), *_what_offices_know(make), *_papers_and_turns(make)]


def _people_who_share(make: _Maker) -> list[Car]:
    """Borrowed names: one telephone and one device, or one account."""
    found = [
        make.car("F2", person=make.person("152502", phone="14000099001"), device="borrowed-phone")
        for _n in range(5)
    ]
    found += [
        make.car("F13", person=make.person("150102", account="62999977770001", phone="14000099002"))
        for _n in range(6)
    ]
    # The shop itself sends the money back, as the bank's flows show.
    return found + [make.car("F11", known={"flows_from": 5}) for _n in range(2)]


def _what_offices_know(make: _Maker) -> list[Car]:
    """What the police, the tax office and the yards say otherwise."""
    found = [make.car("F3", known={"buyer_is_firm": True}) for _n in range(2)]
    found += [make.car("F14", known={"invoice_part": 0.8}) for _n in range(2)]
    found += [make.car("F16", known={"is_passenger": False}) for _n in range(2)]
    found += [make.car("F18", known={"sold_on_after": 40}) for _n in range(2)]
    found += [make.car("F18", pack=_REPLACED, known={"mileage": 60})]
    found += [make.car("F19", pack=_REPLACED, known={"hands": 4}) for _n in range(2)]
    found += [make.car("F21", known={"deregistered_later": 12}) for _n in range(2)]
    day = dt.date(2026, 6, 10)
    yard = [
        make.car(
            "F27",
            day=day + dt.timedelta(days=n),
            recycler=GHOST_YARD,
            known={"certified_on": dt.date(2026, 6, 3)},
        )
        for n in range(2)
    ]
    yard += [
        make.car("F27", day=day, recycler=GHOST_YARD, known={"certified_on": dt.date(2026, 6, 3)})
        for _n in range(6)
    ]
    return found + yard


def _papers_and_turns(make: _Maker) -> list[Car]:
    """One picture for several people; one person under two numbers; one car twice."""
    found = [make.car("F8", picture="same") for _n in range(3)]
    found += [make.car("F10", picture=f"nameplate-{n}") for n in range(2)]
    first = make.person("152502")
    twin = make.person("152502", name=first.name, phone=first.phone, account=first.account)
    stem = f"{first.number[:14]}{'997' if first.number[14:17] != '997' else '998'}"
    twin = replace(twin, number=_checked(stem))
    found += [make.car("F17", person=first), make.car("F17", person=twin)]
    car = make.car("F12")
    return [*found, car, make.car("F12", old_vin=car.old_vin, day=car.day + dt.timedelta(days=20))]


def _checked(stem: str) -> str:
    from stdnum.cn import ric

    return stem + ric.calc_check_digit(stem + "0")


def sales(make: _Maker) -> list[Sale]:
    """Cheats at tills."""
    return [*_prices(make), *_ghosts(make), *_devices(make)]


def _prices(make: _Maker) -> list[Sale]:
    """A shop that raised its prices before the start, and sells a television just where the cap is
    reached."""
    found = [make.sale(5, n % 2, "F1", price=round(PRODUCTS[n % 2][3] * 1.25)) for n in range(6)]
    return found + [make.sale(5, 2, "F1", price=10_000) for _n in range(6)]


def _ghosts(make: _Maker) -> list[Sale]:
    """Orders of nobody: six in a minute after midnight; six filled in two days later; more than was
    bought."""
    night = dt.date(2026, 5, 19)
    found = [make.sale(4, n % 5, "F5", sold=local(night, 0, 40, 5 * n)) for n in range(7)]
    late = dt.date(2026, 7, 7)
    found += [
        make.sale(
            2,
            n % 5,
            "F8",
            sold=local(late, 11 + n, 15),
            reported=local(late + dt.timedelta(days=2), 21, 5, n),
        )
        for n in range(6)
    ]
    found += [make.sale(6, 3, "F23", known={"stock": 2}) for _n in range(5)]
    found.append(make.sale(0, 0, "F4", known={"km_off": 640}))
    found.append(make.sale(1, 1, "F4", known={"shipped_before": 3}))
    return found


def _devices(make: _Maker) -> list[Sale]:
    """Devices that were sold before, are activated elsewhere, come back, or are not what the label says."""
    found = [make.sale(n, 0, "F6", known={"activated_at": "440300"}) for n in (0, 1, 3)]
    found += [make.sale(n, 1, "F22", known={"activated_before": 90}) for n in (0, 3)]
    found += [make.sale(n, 2, "F26", known={"returned_after": 5}) for n in (1, 3)]
    found += [make.sale(n, 5, "F24") for n in (0, 1, 2)]
    found += [make.sale(n, 6, "F7") for n in (3, 6)]
    first = make.sale(0, 3, "F25")
    again = make.sale(1, 3, "F25", serial=first.serial, sold=first.sold + dt.timedelta(days=9))
    return [*found, first, replace(again, reported=again.sold + dt.timedelta(seconds=20))]

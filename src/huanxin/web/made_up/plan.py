"""What happens in the made-up year: every claim and sale with its day, and which of them are which cheat.

The same seed gives the same plan, so that `huanxin integrity score` knows the truth without keeping it
anywhere.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.utils.translation import gettext_noop
from stdnum.cn import ric

SEED = 20260301
HONEST = ""
FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 10, 30)
BANNERS = ("152502", "150102")
# Checks that are there to find each pattern; the planted cases of a pattern are found when one of them says
# so.
PATTERNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "F1": (gettext_noop("Price raised before the subsidy, or to its cap"), ("C10", "C11", "C12")),
    "F2": (gettext_noop("Bought together in others' names"), ("C14", "C29")),
    "F3": (gettext_noop("Invoice in a firm's name"), ("C05",)),
    "F4": (gettext_noop("Sale that never was, nothing delivered"), ("C15",)),
    "F5": (gettext_noop("Vouchers redeemed in a burst"), ("C14",)),
    "F6": (gettext_noop("Voucher taken at another place"), ("C16",)),
    "F7": (gettext_noop("Invoice for another class of goods"), ("C13", "C27")),
    "F8": (gettext_noop("Made-up deal, papers handed in later"), ("C37", "C39")),
    "F10": (gettext_noop("Old machine made to look new, one picture twice"), ("C39",)),
    "F11": (gettext_noop("False bank records, money flowing back"), ("C30",)),
    "F12": (gettext_noop("One machine claimed for again"), ("refused", "C01", "C02")),
    "F13": (gettext_noop("In the name of relatives, staff or farmers"), ("C14", "C29")),
    "F14": (gettext_noop("Invoice too high"), ("C27", "C10")),
    "F16": (gettext_noop("Vehicle of another class"), ("C06",)),
    "F17": (gettext_noop("One person under two numbers"), ("C03",)),
    "F18": (gettext_noop("Used car of zero kilometres"), ("C24", "C23")),
    "F19": (gettext_noop("Transferred several times within a short time"), ("C23", "C07")),
    "F21": (gettext_noop("Forged certificate, dated before the deregistration"), ("C08",)),
    "F22": (gettext_noop("Refurbished sold as new"), ("C16",)),
    "F23": (gettext_noop("More sold than bought in"), ("C17",)),
    "F24": (gettext_noop("Better energy grade than the label's"), ("C13",)),
    "F25": (gettext_noop("One thing sold to several"), ("refused", "C01")),
    "F26": (gettext_noop("Brought back after the subsidy"), ("C25",)),
    "F27": (gettext_noop("Certificate without a car taken in"), ("C18",)),
}
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "娜仁图雅巴特尔苏日其木格乌恩宝音萨如拉阿古达海建国丽华志强秀英文博雪梅永刚晓东红艳俊杰春花立新"
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True,
    )
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist: order numbers from 996 on are given to nobody who was born in these
    years."""

    name: str
    number: str
    phone: str
    account: str
    banner: str


@dataclass(frozen=True)
class Car:
    """A claim for a car. `said` overrides answers, `known` what the files of other offices say of it."""

    person: Person
    pack: str
    day: dt.date
    old_vin: str
    new_vin: str
    price: int
    is_nev: bool
    registered_on: dt.date
    recycler: str
    pattern: str = HONEST
    said: dict[str, object] = field(default_factory=dict)
    known: dict[str, object] = field(default_factory=dict)
    device: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Sale:
    """A sale at a till; `reported` is when the till sent it."""

    key: str
    person: Person
    shop: int
    product: int
    price: int
    sold: dt.datetime
    reported: dt.datetime
    serial: str
    pattern: str = HONEST
    known: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The whole year."""

    cars: tuple[Car, ...]
    sales: tuple[Sale, ...]


# Code, name, class, price, energy grade by the label register, class by the label register.
PRODUCTS = (
    ("690100000001", "冰箱 BCD-480", "fridge", 4599, 1, "fridge"),
    ("690100000002", "洗衣机 XQG100", "washer", 3299, 1, "washer"),
    ("690100000003", "电视 75寸", "television", 8300, 1, "television"),
    ("690100000004", "空调 1.5匹", "air_conditioner", 3899, 1, "air_conditioner"),
    ("690100000005", "热水器 60升", "water_heater", 2499, 1, "water_heater"),
    ("690100000006", "冰箱 BCD-210", "fridge", 1999, 2, "fridge"),
    ("690100000007", "电视柜套装", "television", 5999, 1, "other"),
)
# Number, name, banner, what it does that it should not.
SHOPS = (
    ("SH-152502-01", "草原家电", "152502", ""),
    ("SH-152502-02", "锡林电器", "152502", ""),
    ("SH-152502-03", "北疆家电城", "152502", "F8"),
    ("SH-150102-01", "青城电器", "150102", ""),
    ("SH-150102-02", "敕勒川家电", "150102", "F5"),
    ("SH-150102-03", "大青山电器", "150102", "F1"),
    ("SH-150102-04", "丰州家电", "150102", "F23"),
)
RECYCLERS = ("绿源拆解", "蒙源再生")
GHOST_YARD = "腾飞拆解"


def vin(stem: str, n: int) -> str:
    """A vehicle number with a right check character, of a maker that does not exist; `stem` has ten signs."""
    text = f"{stem[:8]}0{stem[8:10]}{n:06d}"
    rest = sum(w * _VALUES[c] for w, c in zip(_WEIGHTS, text, strict=True)) % 11
    return f"{text[:8]}{'X' if rest == 10 else rest}{text[9:]}"


class _Maker:
    """Makes people, cars and serial numbers, each once."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.n_people = self.n_cars = self.n_sales = 0

    def person(self, banner: str = "", **same: str) -> Person:
        n = self.n_people
        self.n_people += 1
        banner = banner or BANNERS[n % len(BANNERS)]
        born = dt.date(1985, 1, 1) + dt.timedelta(days=(n // 4) * 11)
        stem = f"{banner}{born:%Y%m%d}{996 + n % 4}"
        name = self.random.choice(_SURNAMES) + "".join(self.random.sample(_GIVEN, 2))
        made = Person(
            name, stem + ric.calc_check_digit(stem + "0"), f"1400000{n:04d}", f"62999900000{n:06d}", banner
        )
        return replace(made, **same)

    def day(self) -> dt.date:
        found = FIRST + dt.timedelta(days=self.random.randrange((LAST - FIRST).days))
        return found - dt.timedelta(days=max(0, found.weekday() - 4))

    def car(
        self,
        pattern: str = HONEST,
        *,
        pack: str = "car-scrappage-2026",
        person: Person | None = None,
        **more: object,
    ) -> Car:
        n = self.n_cars
        self.n_cars += 1
        is_nev = self.random.random() < 0.6
        made = Car(
            person=person or self.person(), pack=pack, day=self.day(), old_vin=vin("LZZMADEUPA", n),
            new_vin=vin("LZZMADEUPB", n), price=self.random.randrange(80, 260) * 1000, is_nev=is_nev,
            registered_on=dt.date(2008, 1, 1) + dt.timedelta(days=self.random.randrange(1900)),
            recycler=RECYCLERS[n % 2], pattern=pattern,
        )  # fmt: skip
        return replace(made, **more)  # type: ignore[arg-type]

    def sale(
        self,
        shop: int,
        product: int,
        pattern: str = HONEST,
        *,
        sold: dt.datetime | None = None,
        **more: object,
    ) -> Sale:
        from .clock import local

        n = self.n_sales
        self.n_sales += 1
        # Vouchers are given out on Fridays.
        day = self.day()
        day += dt.timedelta(days=4 - day.weekday())
        sold = sold or local(
            day, self.random.randrange(9, 19), self.random.randrange(60), self.random.randrange(60)
        )
        price = PRODUCTS[product][3] - 10 * self.random.randrange(12)
        made = Sale(
            f"made-up-{n:04d}", self.person(SHOPS[shop][2]), shop, product, price, sold,
            sold + dt.timedelta(seconds=20), f"MADEUP{n:06d}", pattern,
        )  # fmt: skip
        return replace(made, **more)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def plan() -> Plan:
    """The made-up year: mostly honest, every pattern of `PATTERNS` in it."""
    from . import cheats

    make = _Maker()
    cars = [make.car() for _n in range(46)]
    cars += [make.car(pack="car-replacement-2026") for _n in range(20)]
    sales = [make.sale(n % len(SHOPS), n % 5) for n in range(119)]
    return Plan((*cars, *cheats.cars(make)), (*sales, *cheats.sales(make)))

"""An office with one appliance programme, money, people with their real names, a shop and its prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

from huanxin.claims.models import Programme
from huanxin.foundation.lib import sealed
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.registry.models import Party
from huanxin.tradein import services as tradein
from huanxin.web import cast
from tests.tradein import ever_pack

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User
    from huanxin.tradein.models import Merchant, Product, Round

PLACE = "152502"
FRIDGE, WASHER = "6901234567001", "6901234567002"


@dataclass
class Office:
    """What stands in it."""

    programme: Programme
    round: Round
    merchant: Merchant
    officer: User
    clerk: User
    products: dict[str, Product] = field(default_factory=dict)


def open_office(*, money: int = 1_000_000, most: int | None = None, n_lanes: int = 4) -> Office:
    """Places, the pack in force, a programme with so many yuan, a round that is open all day, a shop."""
    registry.load_places()
    officer, second = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    pack_id = ever_pack.release(officer, second)
    programme = Programme.objects.create(
        slug="appliances", pack_id=pack_id, place_code="15", settles="till", from_on=dt.date(2020, 1, 1),
        state=Programme.State.OPEN, opened_by=officer, sample=True,
    )  # fmt: skip
    for source, percent in (("centre", 95), ("region", 5)):
        budget = ledger.open_budget(programme.slug, "15", source, by=officer, n_lanes=n_lanes, sample=True)
        ledger.grant(budget, money * percent // 100, key=f"grant-{source}", by=officer)
    clerk = cast.enter(cast.SUHE)
    merchant = tradein.enter_merchant(
        "SH-152502-001", organisation("苏和家电", "911525000000000001"), place_code=PLACE, by=officer,
        account="6222020000000001234", bank="锡林浩特农商行", sample=True,
    )  # fmt: skip
    tradein.enter_clerk(merchant, clerk, by=officer)
    office = Office(programme, open_round(programme, officer, most=most), merchant, officer, clerk)
    for code, name, product_class, price in (
        (FRIDGE, "冰箱 BCD-500", "fridge", 9999),
        (WASHER, "洗衣机 XQG100", "washer", 4000),
    ):
        product = tradein.enter_product(code, name, product_class, energy_grade=1, sample=True)
        tradein.file_price(merchant, product, price, by=clerk)
        office.products[code] = product
    return office


def open_round(programme: Programme, by: User, *, most: int | None = None) -> Round:
    """A round that is open for the whole of today."""
    begin = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin.replace(hour=23, minute=59, second=59)
    return tradein.open_round(programme, opens_at=begin, closes_at=end, by=by, most=most)


def person(name: str, login: User | None = None) -> Party:
    """Somebody with a real name; a made-up number stands for a checked one."""
    return _party(name, f"15250219900101{len(name):04d}{name}", Party.Kind.PERSON, login)


def organisation(name: str, number: str) -> Party:
    return _party(name, number, Party.Kind.ORGANISATION, None)


def people(n: int) -> list[Party]:
    """So many persons at once."""
    return Party.objects.bulk_create(
        Party(
            kind=Party.Kind.PERSON, name=f"试验{k}", identity_sealed=sealed.seal(f"person-{k}"),
            identity_hash=sealed.keyed_hash(f"person-{k}"), identity_shown="1525****", sample=True,
        )
        for k in range(n)
    )  # fmt: skip


def _party(name: str, number: str, kind: str, login: User | None) -> Party:
    return Party.objects.get_or_create(
        identity_hash=sealed.keyed_hash(number),
        defaults={
            "kind": kind, "name": name, "identity_sealed": sealed.seal(number),
            "identity_shown": sealed.masked(number), "login": login, "sample": True, "place_id": PLACE,
        },
    )[0]  # fmt: skip

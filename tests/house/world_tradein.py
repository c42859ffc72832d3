"""A shop in the office, a round that is open, a voucher, sales, a refused post, a settlement."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from huanxin.claims import services as claims
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.registry.models import Party
from huanxin.tradein import services as tradein
from huanxin.tradein.merchants import sheets
from huanxin.tradein.models import Merchant, Product, Round, Sale, Settlement, TillPost, Voucher
from huanxin.web import cast
from tests.tradein import ever_pack

PROGRAMME = "house-appliances"
CODE = "6901234567001"
# Suhe's licence, with its check character; made up.
LICENCE = "91152502MA0N2J0A06"


@dataclass(frozen=True)
class Tradein:
    """What stands in the shop. Li Jing acts for it, and has a voucher, so that her pages show something."""

    shop: Merchant
    product: Product
    round: Round
    voucher: Voucher
    sale: Sale
    post: TillPost
    settlement: Settlement
    ticket: str


def build(folder: Path, party: Party, n_things: int) -> Tradein:
    """A shop with sales; more of all where there are more things."""
    li_jing, zhao, suhe = (cast.enter(m) for m in (cast.LI_JING, cast.ZHAO, cast.SUHE))
    pack_id = ever_pack.release(li_jing, zhao)
    programme = claims.open_programme(
        PROGRAMME, pack_id, from_on=dt.date(2020, 1, 1), settles="till", by=li_jing,
        sample=True,
    )  # fmt: skip
    for source, yuan in (("centre", "950000.00"), ("region", "50000.00")):
        ledger.grant(
            ledger.open_budget(PROGRAMME, "15", source, by=zhao), yuan, key=f"shop-{source}", by=zhao
        )
    licence = _organisation()
    shop = tradein.enter_merchant(
        "SH-152502-001", licence, name="苏和家电", place_code="152502", account="6222020000000001234",
        bank="农商行", by=li_jing, sample=True,
    )  # fmt: skip
    for clerk in (suhe, li_jing):
        tradein.enter_clerk(shop, clerk, by=li_jing)
    product = tradein.enter_product(CODE, "冰箱 BCD-500", "fridge", energy_grade=1, sample=True)
    tradein.file_price(shop, product, "9999.00", by=suhe)
    for n in range(n_things // 50):
        other = tradein.enter_product(f"69000000{n:05d}", f"冰箱 {n}", "fridge", energy_grade=1, sample=True)
        tradein.file_price(shop, other, 3000 + n, by=suhe)
        tradein.enter_merchant(f"SH-{n}", licence, place_code="152502", by=li_jing, sample=True)
    found = _round(programme, li_jing)
    sold = [_sold(shop, found, n, by=li_jing) for n in range(2 + n_things // 100)]
    made = tradein.settle(shop, programme, by=zhao)
    voucher = tradein.take_voucher(found, party, "fridge", by=li_jing, place_code="152502")
    return Tradein(shop, product, found, voucher, sold[0], _refused(shop, li_jing), made[0], _ticket(folder))


def _organisation() -> Party:
    return Party.objects.filter(kind="organisation").first() or registry.enter_party(
        "苏和家电", LICENCE, kind="organisation", place="152502", sample=True
    )


def _round(programme: object, by: object) -> Round:
    begin = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin.replace(hour=23, minute=59, second=59)
    return tradein.open_round(programme, opens_at=begin, closes_at=end, by=by)


def _sold(shop: Merchant, found: Round, n: int, *, by: object) -> Sale:
    party = Party.objects.create(
        kind="person", name=f"试验{n}", identity_sealed=b"x", identity_hash=n.to_bytes(32),
        identity_shown="****", sample=True,
    )  # fmt: skip
    voucher = tradein.take_voucher(found, party, "fridge", by=by, place_code="152502")
    return tradein.redeem(
        voucher.code, merchant=shop, product_code=CODE, serial_no=f"SN{n:08d}", price="9000",
        key=f"house-{n}", by=by,
    )  # fmt: skip


def _refused(shop: Merchant, by: object) -> TillPost:
    try:
        tradein.redeem(
            "2222", merchant=shop, product_code=CODE, serial_no="SN-NONE", price="9000", key="no", by=by
        )
    except tradein.SaleRefused:
        return TillPost.objects.get(key="no")
    raise AssertionError("a voucher that is not there was redeemed")


def _ticket(folder: Path) -> str:
    ticket = "house-tests.xlsx"
    sheets.marked_path(ticket).write_bytes(b"PK")
    return ticket

"""Sales at the tills of the made-up year: prices filed, rounds opened, vouchers taken and redeemed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from huanxin.tradein import services as tradein

from .. import cast
from . import people
from .cars import through_the_bank
from .clock import local
from .plan import PRODUCTS, SHOPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huanxin.claims.models import Programme
    from huanxin.tradein.models import Merchant, Product, Round, Voucher

    from .clock import Year
    from .plan import Plan, Sale

_FILED_ON = dt.date(2025, 9, 15)
_RAISED_ON = dt.date(2025, 12, 10)


class Tills:
    """The shops with their tills."""

    def __init__(self, year: Year, programme: Programme) -> None:
        self.year, self.programme = year, programme
        self.officer, self.clerk = cast.enter(cast.LI_JING), cast.enter(people.CLERK)
        self.shops: list[Merchant] = []
        self.products: list[Product] = []
        self.rounds: dict[dt.date, Round] = {}
        self.n_refused = 0

    def plan(self, plan: Plan) -> None:
        """Put prices, rounds and sales into the year."""
        self.year.on(local(_FILED_ON, 9), self._file_prices)
        self.year.on(local(_RAISED_ON, 9), lambda: self._raise_prices(plan))
        for day in sorted({sale.sold.date() for sale in plan.sales}):
            self.year.on(local(day, 0, 1), lambda day=day: self._open_round(day))  # type: ignore[misc]
        for sale in plan.sales:
            taken = sale.sold - dt.timedelta(minutes=25)
            self.year.on(max(taken, local(sale.sold.date(), 0, 5)), lambda sale=sale: self._take(sale))  # type: ignore[misc]

    def settle(self, days: Iterable[dt.date]) -> None:
        """On each of these days the shops are paid what they sold until then."""
        for day in days:
            self.year.on(local(day, 17), self._settle)

    def _settle(self) -> None:
        try:
            made = tradein.settle(None, self.programme, by=cast.enter(cast.ZHAO))
        except tradein.NothingToSettle:
            return
        batch = made[0].batch
        assert batch is not None
        through_the_bank(batch)
        tradein.follow_bank()

    def _file_prices(self) -> None:
        self.shops = people.enter_shops(by=self.officer)
        self.products = people.enter_products()
        for shop in self.shops:
            for product, (_code, _name, _kind, price, _grade, _label) in zip(
                self.products, PRODUCTS, strict=True
            ):
                tradein.file_price(shop, product, str(price), by=self.clerk)

    def _raise_prices(self, plan: Plan) -> None:
        for number, (_code, _name, _banner, what) in enumerate(SHOPS):
            asked = {s.product: s.price for s in plan.sales if s.shop == number and s.pattern == what == "F1"}
            for product, price in asked.items():
                tradein.file_price(self.shops[number], self.products[product], str(price), by=self.clerk)

    def _open_round(self, day: dt.date) -> None:
        self.rounds[day] = tradein.open_round(
            self.programme, opens_at=local(day, 0, 1), closes_at=local(day, 23, 59), by=self.officer,
            classes=sorted({kind for _code, _name, kind, *_rest in PRODUCTS}),
        )  # fmt: skip

    def _take(self, sale: Sale) -> None:
        """The person takes a voucher; the sale follows when the till reports it."""
        party = people.enter_person(sale.person)
        kind = PRODUCTS[sale.product][2]
        voucher = tradein.take_voucher(
            self.rounds[sale.sold.date()], party, kind, by=self.officer, place_code=sale.person.banner
        )
        self.year.on(sale.reported, lambda: self._redeem(sale, voucher))

    def _redeem(self, sale: Sale, voucher: Voucher) -> None:
        try:
            tradein.redeem(
                voucher.code, merchant=self.shops[sale.shop], product_code=PRODUCTS[sale.product][0],
                serial_no=sale.serial, price=str(sale.price), key=sale.key, by=self.clerk, sold_at=sale.sold,
            )  # fmt: skip
        except tradein.SaleRefused:
            self.n_refused += 1

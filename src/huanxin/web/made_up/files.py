"""What other offices would say of the made-up year: one file for each port, honest lines and the telling
ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from huanxin.foundation.lib import spreadsheets

from .plan import GHOST_YARD, PRODUCTS, RECYCLERS, SHOPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .plan import Car, Plan, Sale

Sheet = tuple[str, tuple[str, ...], list[tuple[object, ...]]]


def write(plan: Plan, folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the files; gives each port with its file."""
    for port, headings, rows in (*_of_cars(plan), *_of_goods(plan)):
        path = folder / f"{port}.csv"
        spreadsheets.write_csv(path, headings, rows)
        yield port, path


def recycled_on(car: Car) -> dt.date:
    """The day of the recycling certificate, as the applicant says."""
    return deregistered_on(car) - dt.timedelta(days=1)


def deregistered_on(car: Car) -> dt.date:
    """The day of the deregistration certificate, as the applicant says."""
    return car.day - dt.timedelta(days=6)


def shop_account(shop: int) -> str:
    return f"62999955500{shop:06d}"


def _of_cars(plan: Plan) -> Iterator[Sheet]:
    cars = plan.cars
    yield "police", ("车架号", "注册登记日期", "转入日期", "燃料种类", "是否小微型客车", "注销日期"), [
        (c.old_vin, c.registered_on, c.registered_on, "汽油",
         "是" if c.known.get("is_passenger", True) else "否",
         _deregistered_by_police_on(c))
        for c in cars
    ]  # fmt: skip
    yield "tax", ("车架号", "发票状态", "价税合计", "开票日期", "购买方是否单位", "购买方名称", "发票号码"), [
        (c.new_vin, "正常", round(c.price * float(str(c.known.get("invoice_part", 1)))),
         c.day - dt.timedelta(days=8),
         "是" if c.known.get("buyer_is_firm") else "否",
         "某某商贸有限公司" if c.known.get("buyer_is_firm") else c.person.name, f"26152000{n:08d}")
        for n, c in enumerate(cars)
    ]  # fmt: skip
    scrapped = [c for c in cars if c.pack.startswith("car-scrappage")]
    yield "recycling", ("车架号", "拆解企业", "开具日期", "整备质量", "出钢", "有无录像"), [
        (c.old_vin, c.recycler, c.known.get("certified_on", recycled_on(c)), 1320,
         120 if c.recycler == GHOST_YARD else 900, "否" if c.recycler == GHOST_YARD else "是")
        for c in scrapped
    ]  # fmt: skip
    yield "recyclers", ("拆解企业", "日拆解能力"), [*((yard, 12) for yard in RECYCLERS), (GHOST_YARD, 3)]
    yield "transfers", ("车架号", "过户日期", "里程"), list(_transfers(plan))
    yield (
        "bank",
        ("付方账号", "收方账号", "金额", "日期"),
        [
            (
                shop_account(int(str(c.known["flows_from"]))),
                c.person.account,
                6000,
                c.day + dt.timedelta(days=12),
            )
            for c in cars
            if "flows_from" in c.known
        ],
    )


def _deregistered_by_police_on(car: Car) -> dt.date | None:
    if not car.pack.startswith("car-scrappage"):
        return None
    return deregistered_on(car) + dt.timedelta(days=int(str(car.known.get("deregistered_later", 0))))


def _transfers(plan: Plan) -> Iterator[tuple[object, ...]]:
    for c in plan.cars:
        if "sold_on_after" in c.known:
            yield c.new_vin, c.day + dt.timedelta(days=int(str(c.known["sold_on_after"]))), 800
        if "mileage" in c.known:
            yield c.old_vin, c.day - dt.timedelta(days=20), c.known["mileage"]
        for n in range(int(str(c.known.get("hands", 0)))):
            yield c.old_vin, c.day - dt.timedelta(days=30 + 40 * n), 90_000 - 200 * n


def _of_goods(plan: Plan) -> Iterator[Sheet]:
    sales = plan.sales
    yield (
        "labels",
        ("商品编码", "能效等级", "品类"),
        [(code, grade, kind) for code, _n, _c, _p, grade, kind in PRODUCTS],
    )
    sold = Counter((s.shop, s.product) for s in sales)
    short = {(s.shop, s.product): s.known["stock"] for s in sales if "stock" in s.known}
    yield (
        "stock",
        ("商家编号", "商品编码", "进货数量"),
        [
            (SHOPS[shop][0], PRODUCTS[product][0], short.get((shop, product), n + 3))
            for (shop, product), n in sorted(sold.items())
        ],
    )
    yield (
        "activation",
        ("序列号", "激活日期", "激活地"),
        [(s.serial, _activated_on(s), _place(s)) for s in _once(plan)],
    )
    yield (
        "orders",
        ("序列号", "订单状态", "状态日期"),
        [
            (s.serial, "已退货", s.sold.date() + dt.timedelta(days=int(str(s.known["returned_after"]))))
            for s in sales
            if "returned_after" in s.known
        ],
    )
    yield (
        "logistics",
        ("序列号", "发货日期", "签收日期", "签收地距离公里", "收货人"),
        [
            (
                s.serial,
                _shipped_on(s),
                s.sold.date() + dt.timedelta(days=3),
                s.known.get("km_off", 0.3),
                s.person.name,
            )
            for s in _once(plan)
        ],
    )


def _once(plan: Plan) -> list[Sale]:
    """Each serial number by its first sale."""
    first: dict[str, Sale] = {}
    for sale in plan.sales:
        first.setdefault(sale.serial, sale)
    return list(first.values())


def _activated_on(sale: Sale) -> dt.date:
    before = int(str(sale.known.get("activated_before", -4)))
    return sale.sold.date() - dt.timedelta(days=before)


def _place(sale: Sale) -> object:
    return sale.known.get("activated_at", SHOPS[sale.shop][2])


def _shipped_on(sale: Sale) -> dt.date:
    return sale.sold.date() + dt.timedelta(days=1 - int(str(sale.known.get("shipped_before", 0))) * 2)

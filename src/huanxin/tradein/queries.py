"""The door of trade-in for whoever asks something."""

from .merchants.queries import (
    NoShop,
    Rise,
    filed_price,
    merchant,
    merchants,
    price_list,
    product,
    products,
    rises,
    shops_of,
)
from .settlement.queries import accounts, open_sales, owed_by, settlement, settlements, state_now
from .till.queries import refused as refused_posts
from .till.queries import sale, sale_by_key, sales
from .vouchers.queries import (
    Standing,
    live_voucher,
    n_left,
    now_or_next,
    programmes,
    standing,
    vouchers_of,
)

__all__ = [
    "NoShop",
    "Rise",
    "Standing",
    "accounts",
    "filed_price",
    "live_voucher",
    "merchant",
    "merchants",
    "n_left",
    "now_or_next",
    "open_sales",
    "owed_by",
    "price_list",
    "product",
    "products",
    "programmes",
    "refused_posts",
    "rises",
    "sale",
    "sale_by_key",
    "sales",
    "settlement",
    "settlements",
    "shops_of",
    "standing",
    "state_now",
    "vouchers_of",
]

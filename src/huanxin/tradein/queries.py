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
from .till.queries import late_posts, sale, sale_by_key, sales, sales_of
from .till.queries import refused as refused_posts
from .vouchers.queries import (
    NoVoucher,
    Standing,
    live_voucher,
    n_left,
    now_or_next,
    programmes,
    rounds,
    standing,
    voucher,
    vouchers_of,
)

__all__ = [
    "NoShop",
    "NoVoucher",
    "Rise",
    "Standing",
    "accounts",
    "filed_price",
    "late_posts",
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
    "rounds",
    "sale",
    "sale_by_key",
    "sales",
    "sales_of",
    "settlement",
    "settlements",
    "shops_of",
    "standing",
    "state_now",
    "voucher",
    "vouchers_of",
]

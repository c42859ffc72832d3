"""Shops, prices they filed, vouchers, what was sold for them, and what shops are paid."""

from .merchants.models import Clerk, FiledPrice, Merchant, MerchantDecision, Product
from .settlement.models import Settlement
from .till.models import Sale, TillPost
from .vouchers.models import Round, RoundClass, RoundLane, Voucher, VoucherEvent

__all__ = [
    "Clerk",
    "FiledPrice",
    "Merchant",
    "MerchantDecision",
    "Product",
    "Round",
    "RoundClass",
    "RoundLane",
    "Sale",
    "Settlement",
    "TillPost",
    "Voucher",
    "VoucherEvent",
]

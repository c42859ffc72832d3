"""The till for programs: shops, what a voucher would give, redeeming, returns, what is settled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import AwareDatetime, BaseModel, Field

from huanxin.claims import queries as claims
from huanxin.foundation.access import queries as access
from huanxin.foundation.access.models import Scope, Verb
from huanxin.foundation.access.programs import (
    ANYBODY,
    After,
    Bearer,
    IdempotencyKey,
    Limit,
    PageOut,
    once,
    page,
    person,
    problems,
)
from huanxin.foundation.lib.problems import Problem

from .merchants import queries as shops
from .models import Merchant, Sale, Settlement
from .settlement import services as settling
from .till import queries as sales
from .till import services as till

router = Router(tags=["till"])

_NAME = r"^[A-Za-z0-9_:.-]{1,80}$"
Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9 -]{1,40}$", description="The voucher's code.")]
Key = Annotated[str, Path(pattern=_NAME, description="The key under which the sale was sent.")]
Shop = Annotated[
    str, Query(pattern=r"^([A-Za-z0-9_-]{1,30})?$", description="The shop, where the token acts for several.")
]


class MerchantOut(BaseModel):
    """A shop on the list of the commerce office."""

    code: str
    name: str
    place: str
    state: str
    state_word: str
    takes_old: bool


class OfferIn(BaseModel):
    """What is to be sold for a voucher."""

    product_code: str = Field(min_length=1, max_length=40, examples=["6901234567001"])
    serial_no: str = Field(min_length=1, max_length=60, examples=["SN20260301001"])
    price: str = Field(
        pattern=r"^\d{1,9}(\.\d{1,2})?$",
        description="Yuan before the subsidy, after every discount, as a text.",
        examples=["5999.00"],
    )


class RedeemIn(OfferIn):
    """A sale that was made."""

    sold_at: AwareDatetime | None = Field(
        default=None, description="The till's clock, with its zone; default: now."
    )


class QuoteOut(BaseModel):
    """What would be taken off."""

    product: str
    filed_price: str
    price: str
    subsidy: str
    to_pay: str


class SaleOut(BaseModel):
    """A sale for a voucher."""

    key: str
    merchant: str
    voucher: str
    product: str
    serial_no: str = Field(description="Masked.")
    price: str
    subsidy: str
    to_pay: str
    state: str
    claim: str
    settlement: str
    sold_at: datetime
    received_at: datetime


class ReturnIn(BaseModel):
    """Why a thing came back."""

    reason: str = Field(min_length=1, max_length=300)


class SettlementOut(BaseModel):
    """What a shop is paid for its sales in one payment."""

    number: str
    merchant: str
    programme: str
    sold: str
    returned: str
    amount: str
    state: str
    state_word: str
    why: str
    made_at: datetime
    paid_at: datetime | None


class SettleIn(BaseModel):
    """Which sales are settled."""

    programme: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$", examples=["appliances"])
    merchant: str = Field(default="", pattern=r"^[A-Za-z0-9_-]{0,30}$", description="One shop; default: all.")


class SettledOut(BaseModel):
    """The settlements of one batch."""

    rows: list[SettlementOut]


@router.get(
    "/merchants", response={200: PageOut[MerchantOut], **problems()}, auth=ANYBODY, url_name="merchants"
)
def list_merchants(
    request: HttpRequest,
    place: Annotated[str, Query(pattern=r"^(\d{2}|\d{4}|\d{6})?$", description="In this place.")] = "",
    after: After = "",
    limit: Limit = 50,
) -> PageOut[MerchantOut]:
    """The register of shops."""
    rows = shops.merchants()
    if place:
        rows = rows.filter(place_id__gte=place, place_id__lt=str(int(place) + 1))
    return page(rows, after, limit, _shop)


@router.get(
    "/merchants/{code}", response={200: MerchantOut, **problems(404)}, auth=ANYBODY, url_name="merchant"
)
def read_merchant(
    request: HttpRequest, code: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,30}$")]
) -> MerchantOut:
    """One shop by its number."""
    return _shop(shops.merchant(code))


@router.post(
    "/vouchers/{code}/quote",
    response={200: QuoteOut, **problems(404, 409)},
    auth=Bearer(Scope.TILL_READ),
    url_name="quote",
)
def quote(request: HttpRequest, code: Code, said: OfferIn, shop: Shop = "") -> QuoteOut:
    """What would be taken off if this were sold now. Nothing is kept."""
    found = till.quote(
        code,
        merchant=_mine(request, shop),
        product_code=said.product_code,
        serial_no=said.serial_no,
        price=said.price,
    )
    return QuoteOut(
        product=found.product.name,
        filed_price=f"{found.filed.price:.2f}",
        price=f"{found.price:.2f}",
        subsidy=f"{found.subsidy:.2f}",
        to_pay=f"{found.to_pay:.2f}",
    )


@router.post(
    "/vouchers/{code}/redeem",
    response={201: SaleOut, **problems(404, 409)},
    auth=Bearer(Scope.TILL_WRITE),
    url_name="redeem",
)
def redeem(
    request: HttpRequest, code: Code, said: RedeemIn, key: IdempotencyKey, shop: Shop = ""
) -> Status[SaleOut]:
    """Redeem a voucher with a sale: the subsidy comes off, its money is committed.

    The same key again answers the same, also where the answer was no.
    """
    merchant = _mine(request, shop)
    sale = till.redeem(
        code,
        merchant=merchant,
        product_code=said.product_code,
        serial_no=said.serial_no,
        price=said.price,
        sold_at=said.sold_at,
        # A till's keys are its shop's own.
        key=f"{merchant.pk}:{key}",
        by=person(request),
    )
    return Status(201, _sale(sales.sale(sale.pk) or sale))


@router.get(
    "/sales",
    response={200: PageOut[SaleOut], **problems(409)},
    auth=Bearer(Scope.TILL_READ),
    url_name="sales",
)
def list_sales(
    request: HttpRequest, shop: Shop = "", after: After = "", limit: Limit = 50
) -> PageOut[SaleOut]:
    """The shop's sales for vouchers, the latest first."""
    return page(sales.sales(_mine(request, shop)), after, limit, _sale)


@router.get(
    "/sales/{key}",
    response={200: SaleOut, **problems(404, 409)},
    auth=Bearer(Scope.TILL_READ),
    url_name="sale",
)
def read_sale(request: HttpRequest, key: Key, shop: Shop = "") -> SaleOut:
    """The sale that was sent under a key."""
    return _sale(_sold(request, key, shop))


@router.post(
    "/sales/{key}/return",
    response={200: SaleOut, **problems(404, 409)},
    auth=Bearer(Scope.TILL_WRITE),
    url_name="return",
)
def give_back(
    request: HttpRequest, key: Key, said: ReturnIn, again: IdempotencyKey, shop: Shop = ""
) -> object:
    """Undo a sale: the thing came back, and the subsidy with it."""

    def deed() -> tuple[int, SaleOut]:
        sale = _sold(request, key, shop)
        till.give_back(sale, by=person(request), reason=said.reason)
        return 200, _sale(_sold(request, key, shop))

    return once(request, again, deed)


@router.get(
    "/settlements",
    response={200: PageOut[SettlementOut], **problems(409)},
    auth=Bearer(Scope.TILL_READ),
    url_name="settlements",
)
def list_settlements(
    request: HttpRequest, shop: Shop = "", after: After = "", limit: Limit = 50
) -> PageOut[SettlementOut]:
    """What the shop is paid for its sales, the latest first."""
    rows = Settlement.objects.filter(merchant=_mine(request, shop)).select_related("merchant", "programme")
    return page(rows, after, limit, _settlement)


@router.post(
    "/settlements",
    response={201: SettledOut, **problems(404, 409)},
    auth=Bearer(Scope.PAYMENTS_WRITE),
    url_name="settlements",
)
def settle(request: HttpRequest, said: SettleIn, key: IdempotencyKey) -> object:
    """Put open sales into one batch, a payment for each shop; the batch waits for its second signature.

    Of one shop, or of all in the places where the token's person pays.
    """
    by = person(request)

    def deed() -> tuple[int, SettledOut]:
        programme = claims.programme(said.programme)
        merchant = shops.merchant(said.merchant) if said.merchant else None
        if merchant is not None and not access.may(by, Verb.PAY, merchant.place_id):
            raise PermissionDenied(_("Your mandate does not let you pay in this place."))
        places = access.areas(by, Verb.PAY)
        made = settling.settle(merchant, programme, by=by, places=places)
        return 201, SettledOut(rows=[_settlement(row) for row in made])

    return once(request, key, deed)


def _mine(request: HttpRequest, code: str) -> Merchant:
    """The shop that this token acts for; named where there are several."""
    mine = shops.shops_of(person(request))
    found = [shop for shop in mine if not code or shop.code == code]
    if not found:
        raise Problem(409, "no-shop", _("This token's person acts for no such shop."), {"shop": code})
    if len(found) > 1:
        codes = ", ".join(shop.code for shop in found)
        raise Problem(
            409,
            "which-shop",
            _("Say for which shop."),
            {"shop": _("Write one of: %(codes)s.") % {"codes": codes}},
        )
    return found[0]


def _sold(request: HttpRequest, key: str, shop: str) -> Sale:
    """A sale of the token's shop by its key, sent over this interface or by its till."""
    merchant = _mine(request, shop)
    found = sales.sale_by_key(f"{merchant.pk}:{key}") or sales.sale_by_key(key)
    if found is None or found.merchant_id != merchant.pk:
        raise Http404
    return found


def _shop(row: Merchant) -> MerchantOut:
    return MerchantOut(
        code=row.code,
        name=row.name,
        place=row.place_id,
        state=row.state,
        state_word=row.get_state_display(),
        takes_old=row.takes_old,
    )


def _sale(row: Sale) -> SaleOut:
    return SaleOut(
        key=row.key.removeprefix(f"{row.merchant_id}:"),
        merchant=row.merchant.code,
        voucher=row.voucher.code,
        product=row.product.code,
        serial_no=row.serial_shown,
        price=f"{row.price:.2f}",
        subsidy=f"{row.subsidy:.2f}",
        to_pay=f"{row.to_pay:.2f}",
        state=row.state,
        claim=row.claim.number,
        settlement=row.settlement.number if row.settlement else "",
        sold_at=row.sold_at,
        received_at=row.received_at,
    )


def _settlement(row: Settlement) -> SettlementOut:
    return SettlementOut(
        number=row.number,
        merchant=row.merchant.code,
        programme=row.programme.slug,
        sold=f"{row.sold:.2f}",
        returned=f"{row.returned:.2f}",
        amount=f"{row.amount:.2f}",
        state=row.state,
        state_word=row.get_state_display(),
        why=row.why,
        made_at=row.made_at,
        paid_at=row.booked_at,
    )

"""The till: a voucher is redeemed with a sale, and a sale is undone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.claims import services as claims
from huanxin.foundation.lib import sealed
from huanxin.foundation.lib.money import NotMoney, yuan
from huanxin.rulebook import queries as rulebook
from huanxin.tradein import telling
from huanxin.tradein.vouchers import lapsing
from huanxin.tradein.vouchers import queries as vouchers
from huanxin.tradein.vouchers import services as issuing
from huanxin.tradein.vouchers.models import Voucher, VoucherEvent

from . import queries, refusals, serials
from .examining import Examined, Lapsed, Offered, examine
from .models import Sale, TillPost
from .refusals import ReturnRefused, SaleRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from huanxin.claims.models import Claim
    from huanxin.foundation.access.models import User
    from huanxin.tradein.merchants.models import Merchant

__all__ = ["ReturnRefused", "SaleRefused", "give_back", "quote", "redeem", "see_to", "sync"]


def quote(
    code: str, *, merchant: Merchant, product_code: str, serial_no: str, price: Decimal | str
) -> Examined:
    """What would be taken off if it were sold now; nothing is kept. Raises `SaleRefused`."""
    now = timezone.now()
    offered = _offered(code, product_code, serial_no, price, now)
    return examine(offered, merchant, _found(offered.voucher_code), now)


def redeem(
    code: str,
    *,
    merchant: Merchant,
    product_code: str,
    serial_no: str,
    price: Decimal | str,
    key: str,
    by: User,
    sold_at: dt.datetime | None = None,
    batch: str = "",
    n_in_batch: int = 1,
) -> Sale:
    """Redeem a voucher with a sale, in one transaction: the subsidy comes off, its money is committed.

    `key` is the till's own for this sale: the same one again changes nothing and answers the same, also
    where the answer was no. `price` is before the subsidy and after every discount. `sold_at` is the till's
    clock (default: now); a sale that was kept without network is judged by it. Raises `SaleRefused`; every
    refusal is kept with its reason as a post of the shop.
    """
    now = timezone.now()
    offered = _offered(code, product_code, serial_no, price, sold_at or now)
    post = TillPost(
        key=key, merchant=merchant, voucher_code=offered.voucher_code, product_code=product_code[:40],
        serial_shown=serials.shown(serial_no), digest=_digest(offered, merchant), price=offered.price,
        sold_at=offered.sold_at, received_at=now, batch=batch, n_in_batch=n_in_batch, by=by,
    )  # fmt: skip
    if (before := _answered(post)) is not None:
        return before
    try:
        return _sell_or_revive(offered, merchant, post, by=by, now=now)
    except SaleRefused as refused:
        return _refuse(post, refused)
    except IntegrityError:
        # Another till, or this one a moment ago, was quicker: now its row is there to tell.
        if (before := _answered(post)) is not None:
            return before
        try:
            examine(offered, merchant, _found(offered.voucher_code), now)
        except SaleRefused as refused:
            return _refuse(post, refused)
        raise


def _sell_or_revive(
    offered: Offered, merchant: Merchant, post: TillPost, *, by: User, now: dt.datetime
) -> Sale:
    try:
        return _sell(offered, merchant, post, by=by, now=now)
    except Lapsed as lapsed:
        why = _("Sold on its day, reported late")
        newest = _in_its_place(lapsed.voucher)
        with transaction.atomic():
            # It may have been revived before, for a sale that was refused or broken off.
            is_there = newest.state == Voucher.State.TAKEN
            revived = newest if is_there else issuing.reissue(newest, by=by, reason=why, revived=True)
        if revived is None:
            raise refusals.MoneyGone(
                _("The voucher lapsed before this sale was reported, and its money is given to others.")
            ) from lapsed
        again = Offered(revived.code, offered.product_code, offered.serial_no, offered.price, offered.sold_at)
        return _sell(again, merchant, post, by=by, now=now)


def _in_its_place(voucher: Voucher) -> Voucher:
    """The last of the vouchers that were given in the place of this one, or the voucher itself."""
    rows = Voucher.objects.select_related("programme", "round", "party")
    while (following := rows.filter(replaces=voucher).first()) is not None:
        voucher = following
    return voucher


@transaction.atomic
def _sell(offered: Offered, merchant: Merchant, post: TillPost, *, by: User, now: dt.datetime) -> Sale:
    voucher = _found(offered.voucher_code, hold=True)
    found = examine(offered, merchant, voucher, now)
    lapsing.move(voucher, Voucher.State.REDEEMED, VoucherEvent.What.REDEEMED, by=by)
    telling.buyer("redeemed", voucher, merchant, found.product, found.subsidy)
    claim = _enter_claim(found, merchant, offered, by=by)
    sale = Sale.objects.create(
        key=post.key, voucher=voucher, merchant=merchant, product=found.product, claim=claim,
        serial_shown=post.serial_shown, serial_hash=serials.hashed(offered.serial_no), price=found.price,
        subsidy=found.subsidy, sold_at=offered.sold_at, received_at=now, by=by, sample=voucher.sample,
    )  # fmt: skip
    post.outcome, post.sale = TillPost.Outcome.SOLD, sale
    post.save(force_insert=True)
    return sale


def sync(
    posts: Sequence[Mapping[str, Any]], *, merchant: Merchant, by: User, batch: str
) -> list[dict[str, Any]]:
    """Take posts that a till kept while it had no network; an answer for each, in their order.

    Each post has `key`, `code`, `product_code`, `serial_no`, `price`, `sold_at` (ISO 8601 with its zone).
    Sent twice, it answers the same. An answer has `key`, `outcome` (sold, refused), and either `subsidy` and
    `pay`, or `why`.
    """
    answers = []
    for post in posts:
        key = str(post.get("key", ""))[:80]
        try:
            sale = redeem(
                str(post.get("code", "")),
                merchant=merchant,
                product_code=str(post.get("product_code", "")),
                serial_no=str(post.get("serial_no", "")),
                price=str(post.get("price", "")),
                sold_at=_instant(str(post.get("sold_at", ""))),
                key=key,
                by=by,
                batch=batch[:80],
                n_in_batch=len(posts),
            )
        except SaleRefused as refused:
            answers.append({"key": key, "outcome": "refused", "kind": refused.kind, "why": str(refused)})
        else:
            answers.append(
                {"key": key, "outcome": "sold", "subsidy": f"{sale.subsidy:.2f}", "pay": f"{sale.to_pay:.2f}"}
            )
    return answers


def see_to(post: TillPost, *, by: User) -> None:
    """Somebody of the shop has seen why a post was refused; it is no longer shown at the till."""
    del by
    TillPost.objects.filter(pk=post.pk, settled_at__isnull=True).update(settled_at=timezone.now())


def give_back(sale: Sale, *, by: User, reason: str) -> Voucher | None:
    """Undo a sale: the thing came back. Returns the voucher that the person has now, if one is for today.

    Money that was not yet put into a settlement is released. What was, is paid to the shop and taken back
    with its next settlement (`settlement.services`): the sale stays on its account until then. The voucher's
    code is used up; on its own day the person gets a new one in its place, with the full cap, if the budget
    has it, and later may take one in another round. Raises `ReturnRefused`.
    """
    if not reason.strip():
        raise ReturnRefused(_("Say why it came back; the reason is kept."))
    with transaction.atomic():
        rows = Sale.objects.select_for_update(of=("self",)).select_related("claim", "merchant", "product")
        found = rows.get(pk=sale.pk)
        if found.state == Sale.State.RETURNED:
            raise ReturnRefused(_("This sale was undone before."))
        held = Voucher.objects.select_for_update(of=("self",)).select_related("party__login")
        voucher = held.get(pk=found.voucher_id)
        found.state, found.returned_at, found.returned_why = (
            Sale.State.RETURNED,
            timezone.now(),
            reason.strip()[:300],
        )
        found.save(update_fields=["state", "returned_at", "returned_why"])
        lapsing.move(
            voucher, Voucher.State.GIVEN_BACK, VoucherEvent.What.RETURNED, by=by, reason=found.returned_why
        )
        telling.buyer("returned", voucher, found.merchant, found.product, found.subsidy)
        # The claim's money is moved last: it holds lanes of the budget.
        claims.undo_sale(
            found.claim, by=by, reason=found.returned_why, is_owed=found.settlement_id is not None
        )
    sale.refresh_from_db()
    if voucher.valid_on != timezone.localdate():
        return None
    with transaction.atomic():
        old = Voucher.objects.select_related("programme", "round", "party").get(pk=voucher.pk)
        return issuing.reissue(old, by=by, reason=found.returned_why)


def _enter_claim(found: Examined, merchant: Merchant, offered: Offered, *, by: User) -> Claim:
    """The claim of this sale, committed; the ledger is called last in it. Raises `SaleRefused`."""
    voucher = found.voucher
    pack = rulebook.pack(voucher.programme.pack_id, timezone.localdate(offered.sold_at))
    try:
        return claims.enter_sale(
            voucher.programme,
            purpose=voucher.code,
            party=voucher.party,
            place=voucher.place,
            facts=found.facts,
            things={name: offered.serial_no for name, thing in pack.things.items() if not thing.kind},
            by=by,
            on=timezone.localdate(offered.sold_at),
            shares=_within(found.decision.shares, policy.split(voucher.held, pack.shares)),
            merchant=merchant.code,
            sample=voucher.sample,
        )
    except claims.AlreadyClaimed as taken:
        if taken.name in pack.facts:
            raise refusals.NotEntitled(str(taken)) from taken
        raise refusals.SerialSold(str(taken)) from taken
    except claims.BadAnswers as bad:
        raise refusals.SerialMissing(str(bad)) from bad
    except claims.Refused as refused:
        raise refusals.NotEntitled(str(refused)) from refused


def _within(shares: Mapping[str, Decimal], held: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The shares of the amount, each within what was reserved of its source."""
    found = {source: min(amount, held.get(source, Decimal(0))) for source, amount in shares.items()}
    over = sum(shares.values()) - sum(found.values())
    for source, most in held.items():
        some = min(over, most - found.get(source, Decimal(0)))
        found[source], over = found.get(source, Decimal(0)) + some, over - some
    return {source: amount for source, amount in found.items() if amount}


def _offered(
    code: str, product_code: str, serial_no: str, price: Decimal | str, sold_at: dt.datetime
) -> Offered:
    try:
        amount = yuan(str(price).replace(",", "").replace("，", "").strip())
    except NotMoney as wrong:
        raise refusals.NotEntitled(
            _("“%(price)s” is no price in yuan with at most two places, e.g. 5999.00.") % {"price": price}
        ) from wrong
    return Offered(vouchers.plain_code(code), product_code.strip(), serial_no, amount, sold_at)


def _found(code: str, *, hold: bool = False) -> Voucher:
    rows = Voucher.objects.select_related("programme", "party", "place", "round")
    if hold:
        rows = rows.select_for_update(of=("self",))
    voucher = rows.filter(code=code).first()
    if voucher is None:
        raise refusals.UnknownVoucher(
            _("There is no voucher “%(code)s”. Scan it again, or compare its letters.") % {"code": code}
        )
    return voucher


def _answered(post: TillPost) -> Sale | None:
    """The answer that was given under this key before: its sale, or its refusal raised again."""
    before = queries.post(post.key)
    if before is None:
        return None
    if bytes(before.digest) != post.digest:
        raise refusals.OtherPost
    if before.sale is not None:
        return before.sale
    raise refusals.again(before.refusal, before.why)


def _refuse(post: TillPost, refused: SaleRefused) -> Sale:
    """Keep a refusal with its reason, and raise it; if the key was answered meanwhile, that answer counts."""
    post.outcome, post.sale = TillPost.Outcome.REFUSED, None
    post.refusal, post.why = refused.kind, str(refused)[:1000]
    try:
        with transaction.atomic():
            post.save(force_insert=True)
    except IntegrityError:
        if (before := _answered(post)) is not None:
            return before
    raise refused


def _digest(offered: Offered, merchant: Merchant) -> bytes:
    serial = serials.plain(offered.serial_no)
    said = (merchant.pk, offered.voucher_code, offered.product_code, serial, offered.price)
    return sealed.keyed_hash("\0".join(map(str, said)), "till post")


def _instant(written: str) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(written)
    except ValueError:
        instant = timezone.now()
    return instant if timezone.is_aware(instant) else timezone.make_aware(instant)

"""The register of shops, what they sell, and the prices they file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader, sealed
from huanxin.foundation.lib.money import Money, NotMoney, yuan
from huanxin.foundation.lib.spreadsheets import plain
from huanxin.registry.models import Party, Place
from huanxin.tradein import telling

from . import queries, sheets
from .classes import by_any_name, classes
from .models import Clerk, FiledPrice, Merchant, MerchantDecision, Product

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from huanxin.foundation.access.models import User

    from .sheets import Line, Reading

_GRADES = range(1, 6)


class ShopRefused(ValueError):
    """The register cannot be changed as asked; the message says why."""


class BadPrice(ValueError):
    """A filed price is no exact amount in yuan above zero."""


class BadProduct(ValueError):
    """A product cannot be entered; `errors` says it for each of its fields."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@transaction.atomic
def enter_merchant(
    code: str,
    party: Party,
    *,
    place_code: str,
    by: User,
    name: str = "",
    account: str = "",
    bank: str = "",
    sample: bool = False,
) -> Merchant:
    """List a shop; the same number again returns the shop. `account` is where its subsidies are paid to.

    Raises `ShopRefused` for an empty number, an unknown place or a party that is no organisation.
    """
    code = code.strip()
    found = Merchant.objects.filter(code=code).first()
    if found is not None:
        return found
    place = Place.objects.filter(code=place_code).first()
    if not code or place is None:
        raise ShopRefused(_("Give the shop a number, and the code of the place where it lies."))
    if party.kind != Party.Kind.ORGANISATION:
        raise ShopRefused(_("A shop is an organisation; “%(name)s” is a person.") % {"name": party.name})
    account = "".join(account.split())
    merchant = Merchant.objects.create(
        code=code,
        party=party,
        name=name or party.name,
        place=place,
        account_sealed=sealed.seal(account) if account else None,
        account_hash=sealed.keyed_hash(account, "account") if account else None,
        account_shown=sealed.masked(account),
        bank=bank,
        sample=sample,
    )
    MerchantDecision.objects.create(merchant=merchant, state=merchant.state, by=by)
    return merchant


@transaction.atomic
def decide(merchant: Merchant, state: str, *, reason: str, by: User) -> Merchant:
    """List, suspend or remove a shop, with a reason that is kept.

    From now on a shop that is not listed redeems nothing; what it sold before is still settled. Raises
    `ShopRefused` without a reason, and where the shop is in that state already or was removed for good.
    """
    state = Merchant.State(state)
    if not reason.strip():
        raise ShopRefused(_("Say why: the shop reads the reason, and it is kept."))
    found = Merchant.objects.select_for_update(of=("self",)).get(pk=merchant.pk)
    if found.state == state:
        raise ShopRefused(_("“%(name)s” is in that state already.") % {"name": found.name})
    found.state, found.state_why = state, reason.strip()
    found.save(update_fields=["state", "state_why"])
    MerchantDecision.objects.create(merchant=found, state=state, reason=reason.strip(), by=by)
    telling.of_its_place(found)
    return found


def enter_clerk(merchant: Merchant, user: User, *, by: User) -> Clerk:
    """Let a person act for a shop. The same again changes nothing."""
    del by  # The mandate `merchant`, which the person needs besides, is on record with who gave it.
    return Clerk.objects.get_or_create(merchant=merchant, user=user)[0]


def enter_product(
    code: str,
    name: str,
    product_class: str,
    *,
    by: User | None = None,
    energy_grade: int | None = None,
    brand: str = "",
    model: str = "",
    sample: bool = False,
) -> Product:
    """A product by its code, entered or brought up to date. Raises `BadProduct`."""
    del by
    wanted = _product(
        {"code": code, "name": name, "brand": brand, "model": model},
        product_class,
        str(energy_grade or ""),
        by_any_name(classes(timezone.localdate())),
    )
    return Product.objects.update_or_create(code=wanted.pop("code"), defaults=wanted | {"sample": sample})[0]


def import_products(path: Path, *, by: User, sample: bool = False) -> Reading:
    """Products from a sheet: good lines are entered or brought up to date, bad ones go back marked.

    Raises `SheetError` for a file that is no such sheet.
    """
    del by
    reading, lines = sheets.read(path, sheets.PRODUCT_HEADINGS, ("code", "name", "product_class"))
    known = by_any_name(classes(timezone.localdate()))
    with transaction.atomic():
        for line in lines:
            texts = {name: line.text(name) for name in ("code", "name", "brand", "model")}
            try:
                wanted = _product(texts, line.text("product_class"), line.text("energy_grade"), known)
            except BadProduct as bad:
                reading.refuse(line, bad.errors)
                continue
            code = wanted.pop("code")
            same = Product.objects.filter(code=code, **wanted).exists()
            if not same:
                Product.objects.update_or_create(code=code, defaults=wanted | {"sample": sample})
            reading.n_new += not same
            reading.n_same += same
    reading.write_marked()
    return reading


def file_price(merchant: Merchant, product: Product, price: Decimal | Money | str, *, by: User) -> FiledPrice:
    """File a price from this instant on; the history stays, and the same price again adds nothing.

    Raises `BadPrice`.
    """
    try:
        amount = yuan(price)
    except NotMoney as wrong:
        raise BadPrice(_price_words(str(price))) from wrong
    if amount <= 0:
        raise BadPrice(_price_words(str(price)))
    latest = queries.filed_price(merchant, product, timezone.now())
    if latest is not None and latest.price == amount:
        return latest
    return FiledPrice.objects.create(merchant=merchant, product=product, price=amount, by=by)


def import_prices(merchant: Merchant, path: Path, *, by: User) -> Reading:
    """Filed prices of a shop from a sheet with product code and price; bad lines go back marked.

    Raises `SheetError` for a file that is no such sheet. A few queries for each thousand lines.
    """
    reading, lines = sheets.read(path, sheets.PRICE_HEADINGS, ("code", "price"))
    with transaction.atomic():
        wanted: list[tuple[Line, str, Money]] = []
        for line in lines:
            try:
                wanted.append((line, line.text("code"), line.money("price")))
            except NotMoney:
                reading.refuse(line, {"price": _price_words(line.text("price"))})
        _file_all(merchant, wanted, reading, by)
    reading.bad.sort(key=lambda bad: bad[0])
    reading.write_marked()
    return reading


def _file_all(merchant: Merchant, wanted: list[tuple[Line, str, Money]], reading: Reading, by: User) -> None:
    products = {p.code: p for p in Product.objects.filter(code__in={code for _line, code, _price in wanted})}
    latest = queries.latest_prices(merchant)
    new = []
    for line, code, price in wanted:
        product = products.get(code)
        if product is None:
            reading.refuse(line, {"code": _("No product has the code “%(code)s”.") % {"code": code}})
        elif latest.get(product.pk) == price:
            reading.n_same += 1
        else:
            latest[product.pk] = price
            new.append(FiledPrice(merchant=merchant, product=product, price=price, by=by))
    reading.n_new = len(FiledPrice.objects.bulk_create(new, batch_size=1000))


def _product(
    texts: dict[str, str], written_class: str, grade: str, known: dict[str, str]
) -> dict[str, object]:
    errors = {}
    if not texts["code"] or len(texts["code"]) > 40:
        errors["code"] = _("Write the product code, at most 40 characters.")
    if not texts["name"]:
        errors["name"] = _("Write the name of the product.")
    product_class = known.get(plain(written_class))
    if product_class is None:
        offered = ", ".join(reader.said(text) for text in classes(timezone.localdate()).values())
        errors["product_class"] = _("“%(class)s” is no subsidised class. Write one of: %(offered)s.") % {
            "class": written_class,
            "offered": offered,
        }
    grade = grade.removesuffix("级").removesuffix("級").strip()
    if grade and (not grade.isdigit() or int(grade) not in _GRADES):
        errors["energy_grade"] = _("“%(grade)s” is no grade from 1 to 5.") % {"grade": grade}
    if errors:
        raise BadProduct(errors)
    return {**texts, "product_class": product_class, "energy_grade": int(grade) if grade else None}


def _price_words(price: str) -> str:
    return _("“%(price)s” is no price in yuan with at most two places, e.g. 5999.00.") % {"price": price}

"""The till: a voucher is redeemed once; every refusal has its word; offline posts never redeem twice."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from huanxin.claims.models import Claim
from huanxin.ledger import queries as ledger
from huanxin.tradein import queries, services
from huanxin.tradein.models import Sale, TillPost, Voucher
from huanxin.tradein.till import refusals
from tests.tradein import office as world


@pytest.fixture
def office(db) -> world.Office:
    return world.open_office()


@pytest.fixture
def voucher(office) -> Voucher:
    return take(office, world.person("娜仁"))


def take(office, party, product_class="fridge"):
    return services.take_voucher(
        office.round, party, product_class, by=office.officer, place_code=world.PLACE
    )


def redeem(office, voucher, *, serial="SN2026A0000001", price="9000", key="key-1", **more):
    code = more.pop("code", voucher.code)
    return services.redeem(
        code, merchant=more.pop("merchant", office.merchant), product_code=more.pop("product", world.FRIDGE),
        serial_no=serial, price=price, key=key, by=office.clerk, **more,
    )  # fmt: skip


def test_the_subsidy_comes_off_at_once_and_the_rest_of_the_hold_is_free(office, voucher):
    sale = redeem(office, voucher)
    assert (sale.price, sale.subsidy, sale.to_pay) == (9000, 1350, 7650)
    assert ledger.balance_of(voucher.code) == {"reserved": 0, "committed": 1350, "paid": 0, "recovered": 0}
    assert sum(s.available for s in ledger.standing(office.programme.slug)) == 1_000_000 - 1350
    claim = Claim.objects.get(number=voucher.code)
    assert (claim.state, claim.amount, claim.facts["filed_price"]) == ("committed", 1350, "9999.00")
    assert claim.decision["verdict"] == "eligible"
    voucher.refresh_from_db()
    assert voucher.state == "redeemed"


def test_the_cap_bounds_it_and_a_quote_keeps_nothing(office, voucher):
    found = services.quote(
        voucher.code, merchant=office.merchant, product_code=world.FRIDGE, serial_no="SN2026A1", price="9999"
    )
    assert (found.subsidy, found.to_pay) == (dt_money("1499.85"), dt_money("8499.15"))
    assert not Sale.objects.exists()
    assert not TillPost.objects.exists()


def dt_money(text):
    from decimal import Decimal

    return Decimal(text)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"code": "2222 3333 4444"}, refusals.UnknownVoucher),
        ({"product": "0000"}, refusals.UnknownProduct),
        ({"product": world.WASHER, "price": "3000"}, refusals.WrongClass),
        ({"price": "9999.01"}, refusals.PriceAboveFiled),
        ({"price": "cheap"}, refusals.NotEntitled),
        ({"serial": "1"}, refusals.SerialMissing),
        ({"sold_at": dt.timedelta(days=-1)}, refusals.VoucherExpired),
        ({"sold_at": dt.timedelta(hours=1)}, refusals.ClockWrong),
        ({"sold_at": dt.timedelta(hours=-100)}, refusals.ClockWrong),
    ],
)
def test_each_refusal_has_its_own_word_and_redeems_nothing(office, voucher, changed, kind):
    if "sold_at" in changed:
        changed = {"sold_at": timezone.now() + changed["sold_at"]}
        office.merchant.prices.model.objects.all()
    with pytest.raises(services.SaleRefused) as refused:
        redeem(office, voucher, **changed)
    # A day ago this shop had filed no price yet: that is said first, and is true as well.
    assert isinstance(refused.value, kind | refusals.NoFiledPrice)
    assert str(refused.value)
    assert not Sale.objects.exists()
    voucher.refresh_from_db()
    assert voucher.state == "taken"
    assert ledger.balance_of(voucher.code)["reserved"] == 1500


def test_a_voucher_is_redeemed_once(office, voucher):
    redeem(office, voucher)
    with pytest.raises(refusals.VoucherUsed):
        redeem(office, voucher, serial="SN2026A0000002", key="key-2")


def test_a_suspended_shop_redeems_nothing_and_is_told_why(office, voucher):
    services.decide(office.merchant, "suspended", reason="先涨价后补贴", by=office.officer)
    office.merchant.refresh_from_db()
    with pytest.raises(refusals.ShopNotListed, match="先涨价后补贴"):
        redeem(office, voucher)


def test_a_product_without_a_filed_price_is_not_sold(office, voucher):
    services.enter_product("6901234567009", "冰箱 B", "fridge", energy_grade=1)
    with pytest.raises(refusals.NoFiledPrice):
        redeem(office, voucher, product="6901234567009")


def test_a_product_of_another_grade_is_not_subsidised(office, voucher):
    product = services.enter_product("6901234567009", "冰箱 B", "fridge", energy_grade=2)
    services.file_price(office.merchant, product, 3000, by=office.clerk)
    with pytest.raises(refusals.NotEntitled):
        redeem(office, voucher, product="6901234567009", price="3000")


def test_a_serial_number_is_sold_once_however_it_is_written(office, voucher):
    redeem(office, voucher, serial="SN-O0I1 2026")
    other = take(office, world.person("特木尔"))
    with pytest.raises(refusals.SerialSold):
        redeem(office, other, serial="sn 0011·2O26", key="key-2")


def test_a_raise_of_the_filed_price_counts_from_its_instant_only(office, voucher):
    services.file_price(office.merchant, office.products[world.FRIDGE], 12000, by=office.clerk)
    sale = redeem(office, voucher, price="12000")
    assert sale.subsidy == 1500


def test_the_same_key_answers_the_same_and_changes_nothing(office, voucher):
    first, again = redeem(office, voucher), redeem(office, voucher)
    assert first.pk == again.pk
    assert Sale.objects.count() == TillPost.objects.count() == 1
    with pytest.raises(refusals.OtherPost):
        redeem(office, voucher, price="8999")


def test_a_no_stays_a_no_under_its_key_with_the_same_words(office, voucher):
    with pytest.raises(refusals.PriceAboveFiled) as first:
        redeem(office, voucher, price="20000")
    with pytest.raises(refusals.PriceAboveFiled) as again:
        redeem(office, voucher, price="20000")
    assert str(first.value) == str(again.value)
    assert TillPost.objects.count() == 1


def test_two_tills_offline_with_one_voucher_the_second_is_refused_and_stays_visible(office, voucher):
    post = {"code": voucher.code, "product_code": world.FRIDGE, "price": "9000"}
    sold_at = timezone.now().isoformat()
    one = {**post, "key": "till-1", "serial_no": "SN1111", "sold_at": sold_at}
    two = {**post, "key": "till-2", "serial_no": "SN2222", "sold_at": sold_at}
    first = services.sync([one], merchant=office.merchant, by=office.clerk, batch="b1")
    second = services.sync([two, one], merchant=office.merchant, by=office.clerk, batch="b2")
    assert [a["outcome"] for a in first] == ["sold"]
    assert [(a["outcome"], a.get("kind")) for a in second] == [("refused", "used"), ("sold", None)]
    assert first[0]["pay"] == second[1]["pay"] == "7650.00"
    (kept,) = queries.refused_posts(office.merchant)
    assert kept.why
    services.see_to(kept, by=office.clerk)
    assert not queries.refused_posts(office.merchant)
    assert Sale.objects.count() == 1


def test_a_sale_reported_after_its_voucher_lapsed_is_sold_if_the_money_is_there(office, voucher):
    yesterday = timezone.now() - dt.timedelta(days=1)
    office.merchant.prices.model.objects.bulk_create([
        office.merchant.prices.model(
            merchant=office.merchant, product=office.products[world.FRIDGE], price=9999,
            at=yesterday - dt.timedelta(days=2), by=office.clerk,
        )
    ])  # fmt: skip
    Voucher.objects.update(valid_on=timezone.localdate(yesterday))
    services.lapse()
    sale = redeem(office, voucher, sold_at=yesterday, batch="b", n_in_batch=3)
    assert sale.voucher.replaces_id == voucher.pk
    assert ledger.balance_of(sale.voucher.code)["committed"] == 1350


def test_a_late_sale_that_broke_off_is_sold_when_the_till_reports_it_again(office, voucher):
    yesterday = timezone.now() - dt.timedelta(days=1)
    prices = office.merchant.prices.model
    prices.objects.bulk_create([
        prices(
            merchant=office.merchant, product=office.products[world.FRIDGE], price=9999,
            at=yesterday - dt.timedelta(days=2), by=office.clerk,
        )
    ])  # fmt: skip
    Voucher.objects.update(valid_on=timezone.localdate(yesterday))
    services.lapse()

    class Killed(BaseException):
        pass

    def dies(execute, sql, params, many, context):
        if "INTO" in sql and "tradein_sale" in sql:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        redeem(office, voucher, sold_at=yesterday)

    assert services.lapse() == 1, "the night comes before the till has network again"
    with pytest.raises(services.SaleRefused):
        redeem(office, voucher, sold_at=yesterday, price="99999", key="too dear")
    assert redeem(office, voucher, sold_at=yesterday).subsidy == 1350
    assert sum(s.reserved for s in ledger.standing(office.programme.slug)) == 0


def test_the_till_page_sends_what_it_kept_and_is_answered_for_each(office, voucher, client):
    client.force_login(office.clerk)
    posts = [
        {
            "key": f"k{n}", "code": voucher.code, "product_code": world.FRIDGE, "serial_no": f"SN-{n}777",
            "price": "9000", "sold_at": timezone.now().isoformat(),
        }
        for n in range(2)
    ]  # fmt: skip
    body = json.dumps({"batch": "b", "posts": posts})
    for _n in range(2):
        said = client.post(reverse("tradein:till_sync"), body, content_type="application/json")
        assert [a["outcome"] for a in said.json()["answers"]] == ["sold", "refused"]
    assert Sale.objects.count() == 1

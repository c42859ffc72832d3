"""A thing comes back, and shops are paid: the money is where it belongs at every step."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from huanxin.claims import services as claims
from huanxin.claims.integrity import services as integrity
from huanxin.claims.models import Claim, Finding
from huanxin.ledger import queries as ledger
from huanxin.ledger import services as paying
from huanxin.tradein import queries, services
from huanxin.tradein.models import Settlement, Voucher
from huanxin.web import cast
from tests.tradein import office as world
from tests.tradein.test_sell_at_the_till import redeem, take


@pytest.fixture
def office(db) -> world.Office:
    return world.open_office()


def sell(office, name, serial, price="9000"):
    return redeem(office, take(office, world.person(name)), serial=serial, price=price, key=f"key-{serial}")


def bank(office, settlements, state="paid", why=""):
    """The batch is signed by a second person, sent, and answered by the bank."""
    batch = settlements[0].batch
    if batch.state == "draft":
        paying.sign_batch(batch, by=cast.enter(cast.QIAN))
    from huanxin.ledger.batches import services as batches
    from huanxin.ledger.models import Line

    lines = list(Line.objects.filter(batch=batch, state="waiting"))
    if state == "paid":
        batches.pay_lines(lines, by=office.officer)
    batches.book(lines, Line.State(state), {line.pk: (why, "") for line in lines})
    services.follow_bank(by=office.officer)


def standing(office):
    rows = ledger.standing(office.programme.slug)
    return {
        s: sum(getattr(r, s) for r in rows)
        for s in ("available", "reserved", "committed", "paid", "recovered")
    }


def test_a_return_on_the_same_day_gives_the_person_a_new_voucher_and_the_money_back(office):
    sale = sell(office, "娜仁", "SN0001")
    again = services.give_back(sale, by=office.clerk, reason="尺寸不合")
    assert again is not None
    assert (again.state, again.party, again.product_class) == ("taken", sale.voucher.party, "fridge")
    assert standing(office) == {
        "available": 998_500, "reserved": 1500, "committed": 0, "paid": 0, "recovered": 0
    }  # fmt: skip
    assert Claim.objects.get(number=sale.voucher.code).state == "withdrawn"
    resold = redeem(office, again, serial="SN0001", key="key-again")
    assert resold.subsidy == 1350


def test_a_return_on_a_later_day_frees_the_person_for_another_round(office):
    sale = sell(office, "娜仁", "SN0001")
    Voucher.objects.update(valid_on=timezone.localdate() - dt.timedelta(days=1))
    sale.voucher.refresh_from_db()
    assert services.give_back(sale, by=office.clerk, reason="质量问题") is None
    assert standing(office)["available"] == 1_000_000
    assert take(office, sale.voucher.party).state == "taken"


def test_a_sale_is_undone_once_and_with_a_reason(office):
    sale = sell(office, "娜仁", "SN0001")
    with pytest.raises(services.ReturnRefused):
        services.give_back(sale, by=office.clerk, reason=" ")
    services.give_back(sale, by=office.clerk, reason="尺寸不合")
    with pytest.raises(services.ReturnRefused):
        services.give_back(sale, by=office.clerk, reason="再退")


def test_a_shop_is_paid_for_its_sales_in_one_payment(office):
    sales = [sell(office, "娜仁", "SN0001"), sell(office, "特木尔", "SN0002", "8000")]
    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    assert (made.sold, made.amount) == (2550, 2550)
    assert made.batch.place_code == world.PLACE, "who pays in the shop's banner goes on with it"
    with pytest.raises(services.NothingToSettle):
        services.settle(office.merchant, office.programme, by=office.officer)
    assert standing(office)["committed"] == 2550
    bank(office, [made])
    assert standing(office)["paid"] == 2550
    assert {Claim.objects.get(pk=s.claim_id).state for s in sales} == {"paid"}
    made.refresh_from_db()
    assert made.state == "paid"


def test_what_came_back_after_it_was_paid_is_kept_from_the_next_payment(office):
    first = sell(office, "娜仁", "SN0001")
    bank(office, services.settle(office.merchant, office.programme, by=office.officer))
    services.give_back(first, by=office.clerk, reason="质量问题")
    (account,) = queries.accounts()
    assert (account.open, account.owed) == (0, 1350)
    with pytest.raises(services.NothingToSettle):
        services.settle(office.merchant, office.programme, by=office.officer)
    sell(office, "特木尔", "SN0002", "9999")
    (second,) = services.settle(office.merchant, office.programme, by=office.officer)
    assert (second.returned, second.amount) == (1350, dt_amount("149.85"))
    bank(office, [second])
    # What the bank paid out in all is what stands as paid.
    assert standing(office)["paid"] == 1350 + second.amount
    assert standing(office)["recovered"] == 0
    assert sum(standing(office).values()) == 1_000_000
    assert not queries.accounts()


def test_finance_sees_a_shop_that_owes_and_sells_no_more(office, client):
    sale = sell(office, "娜仁", "SN0001")
    bank(office, services.settle(office.merchant, office.programme, by=office.officer))
    client.force_login(cast.enter(cast.QIAN))
    assert "欠款商家" not in client.get("/tradein/settling/").content.decode()
    services.give_back(sale, by=office.clerk, reason="尺寸不合")
    services.decide(office.merchant, "removed", reason="停业", by=office.officer)
    page = client.get("/tradein/settling/").content.decode()
    shown = page[page.index("欠款商家") :]
    assert all(word in shown for word in ("苏和家电", "移出", "1,350.00", str(timezone.localdate().year)))


def dt_amount(text):
    from decimal import Decimal

    return Decimal(text)


def test_what_comes_back_while_its_payment_is_under_way_is_paid_and_then_kept_back(office):
    sale = sell(office, "娜仁", "SN0001")
    made = services.settle(office.merchant, office.programme, by=office.officer)
    services.give_back(sale, by=office.clerk, reason="尺寸不合")
    assert standing(office)["committed"] == 1350
    bank(office, made)
    assert standing(office)["paid"] == 1350
    assert [s.pk for s in queries.owed_by(office.merchant)] == [sale.pk]


def test_a_payment_that_the_bank_rejects_says_why_and_is_paid_when_it_is_tried_again(office):
    sell(office, "娜仁", "SN0001")
    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    bank(office, [made], "failed", "账号与户名不符")
    made.refresh_from_db()
    assert (made.state, made.why) == ("rejected", "账号与户名不符")
    line = paying.retry(made.batch.lines.get(), by=office.officer)
    made.batch = line.batch
    bank(office, [made])
    made.refresh_from_db()
    assert made.state == "paid"
    assert standing(office)["paid"] == 1350


def test_a_settlement_that_is_dropped_opens_its_sales_and_releases_what_came_back(office):
    kept, back = sell(office, "娜仁", "SN0001"), sell(office, "特木尔", "SN0002")
    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    services.give_back(back, by=office.clerk, reason="尺寸不合")
    with pytest.raises(services.NothingToSettle):
        services.reopen(made, by=office.officer, reason="重做")
    paying.cancel_batch(made.batch, by=office.officer, reason="重做")
    services.reopen(made, by=office.officer, reason="重做")
    assert Settlement.objects.get().state == "dropped"
    assert [s.pk for s in queries.open_sales(office.merchant)] == [kept.pk]
    assert standing(office)["committed"] == 1350
    (again,) = services.settle(office.merchant, office.programme, by=office.officer)
    bank(office, [again])
    assert standing(office)["paid"] == 1350


def test_all_shops_are_settled_in_one_batch(office):
    other = services.enter_merchant(
        "SH-2", world.organisation("草原电器", "911525000000000002"), place_code=world.PLACE,
        by=office.officer, account="6222020000000009999", bank="农商行",
    )  # fmt: skip
    services.file_price(other, office.products[world.FRIDGE], 9999, by=office.clerk)
    sell(office, "娜仁", "SN0001")
    voucher = take(office, world.person("特木尔"))
    redeem(office, voucher, serial="SN0002", key="k2", merchant=other)
    made = services.settle(None, office.programme, by=office.officer)
    assert len({m.batch_id for m in made}) == 1
    assert len(made) == 2


def test_the_payment_of_a_dropped_settlement_is_not_tried_again(office):
    sale = sell(office, "娜仁", "SN0001")
    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    bank(office, [made], "failed", "账号与户名不符")
    line = made.batch.lines.get()
    services.reopen(made, by=office.officer, reason="重做")

    with pytest.raises(paying.WrongState):
        paying.retry(line, by=office.officer)
    with pytest.raises(paying.WrongState):
        paying.confirm_late(line, by=office.officer, reason="已入账")

    (again,) = services.settle(office.merchant, office.programme, by=office.officer)
    bank(office, [again])
    assert standing(office)["paid"] == 1350
    services.give_back(sale, by=office.clerk, reason="质量问题")
    assert [owed.pk for owed in queries.owed_by(office.merchant)] == [sale.pk]


def test_what_came_back_is_free_although_dropping_broke_off_at_first(office):
    back = sell(office, "特木尔", "SN0002")
    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    services.give_back(back, by=office.clerk, reason="尺寸不合")
    paying.cancel_batch(made.batch, by=office.officer, reason="重做")
    before = standing(office)

    class Killed(BaseException):
        pass

    def dies(execute, sql, params, many, context):
        if "INTO" in sql and "ledger_transfer" in sql:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        services.reopen(made, by=office.officer, reason="重做")
    assert standing(office) == before

    services.reopen(made, by=office.officer, reason="重做")
    assert standing(office)["committed"] == 0


def test_a_sale_that_is_suspended_is_not_settled_until_it_goes_on(office):
    qiqige = cast.enter(cast.QIQIGE)
    stopped, other = sell(office, "娜仁", "SN0001"), sell(office, "特木尔", "SN0002", "8000")
    claims.take_step(stopped.claim, "suspend", by=qiqige, reason="疑似虚假交易")

    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    assert [sale.pk for sale in made.sales.all()] == [other.pk]
    with pytest.raises(services.NothingToSettle):
        services.settle(office.merchant, office.programme, by=office.officer)

    claims.take_step(stopped.claim, "resume", by=qiqige, reason="已查清")
    (after,) = services.settle(office.merchant, office.programme, by=office.officer)
    assert after.amount == 1350


def test_a_sale_against_which_something_grave_was_found_is_not_settled(office):
    sale = sell(office, "娜仁", "SN0001")
    finding = Finding.objects.create(
        check_id="C01", claim=sale.claim, severity="block", strength=95, digest="d", says={"zh": "…"}
    )
    with pytest.raises(services.NothingToSettle):
        services.settle(office.merchant, office.programme, by=office.officer)
    integrity.judge(finding, "cleared", by=cast.enter(cast.SUN), why="核实无误")
    assert services.settle(office.merchant, office.programme, by=office.officer)[0].amount == 1350


def test_a_sale_suspended_while_its_payment_is_under_way_follows_the_bank(office):
    sale = sell(office, "娜仁", "SN0001")
    made = services.settle(office.merchant, office.programme, by=office.officer)
    paying.sign_batch(made[0].batch, by=cast.enter(cast.QIAN))
    claims.take_step(sale.claim, "suspend", by=cast.enter(cast.QIQIGE), reason="疑似虚假交易")
    made[0].batch.refresh_from_db()
    bank(office, made)
    assert Claim.objects.get(pk=sale.claim_id).state == "paid"


def test_a_sale_suspended_before_the_second_signature_holds_its_payment_back_with_the_reason(office):
    sale = sell(office, "娜仁", "SN0001")
    (made,) = services.settle(office.merchant, office.programme, by=office.officer)
    claims.take_step(sale.claim, "suspend", by=cast.enter(cast.QIQIGE), reason="疑似虚假交易")

    with pytest.raises(paying.NothingToPay):
        paying.sign_batch(made.batch, by=cast.enter(cast.QIAN))

    line = made.batch.lines.get()
    assert line.state == "held"
    assert line.why

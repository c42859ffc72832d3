"""The pages of trade-in as people use them: a phone, a counter, an office."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huanxin.tradein import services
from huanxin.tradein.models import FiledPrice, Merchant, Sale, Voucher
from huanxin.web import cast
from tests.tradein import office as world


@pytest.fixture
def office(db) -> world.Office:
    return world.open_office()


@pytest.fixture
def naren(office):
    user = cast.enter(cast.NAREN)
    return world.person("娜仁", user)


def sheet(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("sheet.csv", text.encode())


def test_a_citizen_takes_a_voucher_and_is_shown_it(office, naren, client):
    client.force_login(naren.login)
    page = client.get(reverse("tradein:vouchers"))
    assert page.context["offers"][0].standing.n_left == 666
    taken = client.post(reverse("tradein:take"), {"round": office.round.pk, "class": "fridge"})
    voucher = Voucher.objects.get(party=naren)
    assert taken.url == reverse("tradein:voucher", args=[voucher.code])
    shown = client.get(taken.url).content.decode()
    assert "<svg" in shown
    assert " ".join(voucher.code[n : n + 4] for n in (0, 4, 8)) in shown
    assert (
        client.post(reverse("tradein:take"), {"round": office.round.pk, "class": "fridge"}).url == taken.url
    )


def test_nobody_sees_the_voucher_of_another(office, naren, client):
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    client.force_login(cast.enter(cast.TEMUR))
    assert client.get(reverse("tradein:voucher", args=[voucher.code])).status_code == 404


def test_whoever_gave_no_real_name_is_told_to(office, client):
    client.force_login(cast.enter(cast.NAREN))
    page = client.get(reverse("tradein:vouchers"))
    assert reverse("claims:register") in page.content.decode()
    client.post(reverse("tradein:take"), {"round": office.round.pk, "class": "fridge"})
    assert not Voucher.objects.exists()


def test_the_page_knows_how_the_round_stands(office, naren, client):
    client.force_login(naren.login)
    state = client.get(reverse("tradein:round_state", args=[office.round.pk])).json()
    assert state["is_open"]
    assert state["n_left"] == 666


def test_the_till_says_what_comes_off_and_then_redeems(office, naren, client):
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    client.force_login(office.clerk)
    address = reverse("tradein:till")
    sale = {"code": voucher.code, "product_code": world.FRIDGE, "serial_no": "SN-1234", "price": "9000"}
    quoted = client.post(address, {**sale, "deed": "quote"})
    assert (quoted.context["found"].subsidy, quoted.context["found"].to_pay) == (1350, 7650)
    assert not Sale.objects.exists()
    done = client.post(address, {**sale, "deed": "redeem", "key": quoted.context["key"]}, follow=True)
    assert "7650" in done.content.decode()
    wrong = client.post(address, {**sale, "deed": "quote"})
    assert wrong.status_code == 422
    assert wrong.context["refused"]
    found = Sale.objects.get()
    page = reverse("tradein:sale", args=[found.pk])
    client.post(page, {"reason": "尺寸不合"})
    found.refresh_from_db()
    assert found.state == "returned"
    assert client.get(page).context["replacement"].state == "taken"


def test_a_sale_that_was_refused_is_mended_and_sold(office, naren, client):
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    client.force_login(office.clerk)
    address = reverse("tradein:till")
    sale = {"code": voucher.code, "product_code": world.FRIDGE, "serial_no": "SN20260001", "price": "99999"}
    refused = client.post(address, {**sale, "deed": "redeem", "key": "k-1"})
    assert refused.status_code == 422
    mended = {**sale, "price": "9000", "deed": "redeem", "key": refused.context["key"]}
    assert client.post(address, mended).status_code == 302
    assert Sale.objects.get().subsidy == 1350


def test_a_clerk_sees_the_sales_of_the_own_shop_only(office, client):
    client.force_login(cast.enter(cast.SUHE))
    assert client.get(reverse("tradein:sale", args=[1])).status_code == 404


def test_a_price_sheet_keeps_the_good_lines_and_marks_the_bad_cells(office, client):
    client.force_login(office.clerk)
    text = f"商品编码,备案价\n{world.FRIDGE},8888\n{world.WASHER},贵\n0000,5\n"
    said = client.post(reverse("tradein:prices"), {"file": sheet(text)})
    reading = said.context["reading"]
    assert (reading.n_new, reading.n_same, reading.n_refused) == (1, 0, 2)
    assert [row[0] for row in reading.bad] == [3, 4]
    assert FiledPrice.objects.filter(product__code=world.FRIDGE).count() == 2
    marked = client.get(reverse("tradein:marked", args=[reading.marked]))
    assert b"".join(marked.streaming_content).startswith(b"PK")
    empty = client.post(reverse("tradein:prices"), {"file": sheet("a,b\n1,2\n")})
    assert empty.status_code == 422


def test_a_rise_before_a_round_is_flagged_and_the_history_stays(office, client):
    product = office.products[world.FRIDGE]
    services.file_price(office.merchant, product, 12_000, by=office.clerk)
    assert not _flags(client, office)
    later = office.round.opens_at.replace(hour=23) + (office.round.closes_at - office.round.opens_at)
    services.open_round(
        office.programme, opens_at=later, closes_at=later.replace(hour=23, minute=59), by=office.officer
    )
    assert len(_flags(client, office)) == 1
    history = client.get(reverse("tradein:price", args=[product.code])).context["rows"]
    assert [row.price for row, _mark in history] == [12_000, 9_999]


def _flags(client, office):
    client.force_login(office.clerk)
    listing = client.get(reverse("tradein:prices")).context["listing"]
    return [line[-1].value for line in listing.lines if line[-1].value]


def test_the_office_suspends_a_shop_with_a_reason_in_its_own_area(office, client):
    address = reverse("tradein:merchant", args=[office.merchant.code])
    client.force_login(cast.enter(cast.SUN))
    assert client.post(address, {"state": "suspended", "reason": "x"}).status_code == 403
    client.force_login(cast.enter(cast.BATU))
    assert client.post(address, {"state": "suspended", "reason": ""}).status_code == 422
    assert client.post(address, {"state": "suspended", "reason": "先涨价后补贴"}).status_code == 302
    assert Merchant.objects.get().state_why == "先涨价后补贴"
    client.force_login(office.clerk)
    assert "先涨价后补贴" in client.get(reverse("tradein:till")).content.decode()


def test_products_come_in_with_their_class_in_words(office, client):
    client.force_login(office.officer)
    text = "商品编码,商品名称,品类,能效等级\n690000,空调 A,空调,1级\n690001,手机,手机,9\n"
    reading = client.post(reverse("tradein:products"), {"file": sheet(text)}).context["reading"]
    assert (reading.n_new, reading.n_refused) == (1, 1)


def test_finance_settles_and_the_shop_sees_where_its_money_is(office, naren, client):
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    services.redeem(
        voucher.code, merchant=office.merchant, product_code=world.FRIDGE, serial_no="SN-0001", price="9000",
        key="k", by=office.clerk,
    )  # fmt: skip
    client.force_login(cast.enter(cast.QIAN))
    client.post(reverse("tradein:settle", args=[office.programme.slug]))
    page = client.get(reverse("tradein:settling"))
    assert not page.context["accounts"]
    client.force_login(office.clerk)
    shown = client.get(reverse("tradein:settlement"))
    assert shown.context["sums"]["in_batch"] == 1350


def test_a_shop_that_is_not_there_does_not_settle_all_others(office, naren, client):
    voucher = services.take_voucher(office.round, naren, "fridge", by=office.officer, place_code=world.PLACE)
    services.redeem(
        voucher.code, merchant=office.merchant, product_code=world.FRIDGE, serial_no="SN-0001", price="9000",
        key="k", by=office.clerk,
    )  # fmt: skip
    client.force_login(cast.enter(cast.QIAN))
    said = client.post(reverse("tradein:settle", args=[office.programme.slug]), {"shop": "SH-TYPO"})
    assert said.status_code == 404
    assert client.get(reverse("tradein:settling")).context["accounts"]


def test_a_round_is_announced_for_a_day(office, client):
    client.force_login(office.officer)
    form = {"programme": "appliances", "on": "2027-01-04", "opens": "08:30", "closes": "22:00", "most": "100"}
    assert client.post(reverse("tradein:rounds"), form).status_code == 302
    assert client.post(reverse("tradein:rounds"), {**form, "closes": "08:00"}).status_code == 422
    assert len(client.get(reverse("tradein:rounds")).context["listing"].lines) == 2


def test_whoever_acts_for_no_shop_is_told_so(db, client):
    client.force_login(cast.enter(cast.SUHE))
    assert client.get(reverse("tradein:till")).templates[0].name == "tradein/no_shop.html"


def test_everybody_finds_the_shops_that_take_vouchers_by_place(office, client):
    address = reverse("tradein:listed")
    assert "苏和家电" in client.get(address, {"place": "1525"}).content.decode()
    assert "苏和家电" not in client.get(address, {"place": "1501"}).content.decode()
    services.decide(office.merchant, "suspended", reason="价格虚高", by=office.officer)
    assert "苏和家电" not in client.get(address).content.decode()


def test_the_place_of_a_shop_is_said_in_the_readers_language(office, client):
    office.officer.language = "en"
    office.officer.save(update_fields=["language"])
    client.force_login(office.officer)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("tradein:merchant", args=[office.merchant.code])).content.decode()
    assert "Xilinhot" in page
    assert "锡林浩特市" not in page  # its bank has the name of the town

"""What the bank answers reaches the shop's settlement, on whichever page it is read."""

from __future__ import annotations

import pytest
from django.urls import reverse

from huanxin.ledger import services as ledger
from huanxin.tradein import services
from huanxin.web import cast
from tests.claims.test_pay_a_batch import answers
from tests.tradein import office as world
from tests.tradein.test_sell_at_the_till import redeem, take


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["ledger:results", "claims:book_results"])
def test_a_settlement_follows_the_banks_answer_at_once(client, tmp_path, page: str) -> None:
    office = world.open_office()
    redeem(office, take(office, world.person("娜仁")), serial="SN0001", price="9000", key="key-1")
    (settlement,) = services.settle(office.merchant, office.programme, by=office.officer)
    qian = cast.enter(cast.QIAN)
    ledger.sign_batch(settlement.batch, by=qian)
    settlement.batch.refresh_from_db()
    ledger.bank_file(settlement.batch, tmp_path, by=qian)
    client.force_login(qian)
    with answers(tmp_path / "1.xlsx", (settlement.number, "1350.00", "成功", "")).open("rb") as sent:
        client.post(reverse(page), {"file": sent})
    settlement.refresh_from_db()
    assert settlement.state == "paid"

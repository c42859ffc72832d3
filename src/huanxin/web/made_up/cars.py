"""Claims for cars in the made-up year: sent, reviewed, published, committed, paid, through the rooms'
services."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.claims import queries
from huanxin.claims import services as claims
from huanxin.claims.models import State
from huanxin.claims.notices import services as notices
from huanxin.claims.payment import services as payment
from huanxin.foundation.lib import spreadsheets, workdays
from huanxin.ledger import services as ledger

from .. import cast
from . import files, people
from .clock import local
from .pictures import picture
from .plan import LAST

if TYPE_CHECKING:
    from huanxin.claims.models import Claim, Programme
    from huanxin.foundation.access.models import User
    from huanxin.ledger.models import Batch

    from .clock import Year
    from .plan import Car

# What was sent later is still under way when the year is looked at.
_REVIEWED_UNTIL = LAST - dt.timedelta(days=40)


class Cars:
    """The desk of the car programmes: it takes claims in and carries them on."""

    def __init__(self, year: Year, programmes: dict[str, Programme]) -> None:
        self.year, self.programmes = year, programmes
        self.entry = cast.enter(cast.LI_JING)
        self.reviewers = people.enter_reviewers()
        self.n_refused = 0
        self._pictures = 0

    def plan(self, car: Car) -> None:
        """Put a claim into the year."""
        self.year.on(
            local(car.day, 9 + car.price // 1000 % 8, car.price // 1000 % 60), lambda: self._send(car)
        )

    def _send(self, car: Car) -> None:
        programme = self.programmes[car.pack]
        party = people.enter_person(car.person)
        claim = claims.start(programme, party, by=self.entry, place_code=car.person.banner)
        claim.sample = True
        claims.save_answers(claim, answers(car), by=self.entry)
        self._hand_in(claim, car)
        try:
            claims.submit(
                claim, by=self.entry, on=car.day, from_where=f"10.0.{claim.pk % 250}.7", device=car.device
            )
        except claims.AlreadyClaimed:
            self.n_refused += 1
            claims.discard(claim, by=self.entry)
            return
        if car.day <= _REVIEWED_UNTIL:
            first, second = self.reviewers[car.person.banner]
            for days, deed, by in ((1, "accept", first), (3, "approve", first), (6, "approve", second)):
                self.year.on(self._moment(car, days, claim.pk), lambda d=deed, b=by: self._step(claim, d, b))  # type: ignore[misc]

    def _moment(self, car: Car, days: int, salt: int) -> dt.datetime:
        return local(workdays.add_workdays(car.day, days), 9 + salt * 7 % 8, salt * 13 % 60, salt * 29 % 60)

    def _step(self, claim: Claim, deed: str, by: User) -> None:
        """A reviewer's step; where a check stands in the way the file stays where it lies."""
        claim.refresh_from_db()
        try:
            claims.take_step(claim, deed, by=by)
        except claims.Refused:
            return

    def _hand_in(self, claim: Claim, car: Car) -> None:
        """Every paper that the claim rests on, in one photograph; the plan's own picture is the invoice."""
        others = picture(f"{car.new_vin} {car.day}")
        pack = queries.pack_of(claim.programme, car.day)
        for slot in queries.papers_asked(pack, claim, car.day):
            content = others
            if car.picture and "invoiced_on" in slot.proves:
                base, _sep, n = car.picture.partition("-")
                content = picture(base, altered=n == "1")
            self._pictures += 1
            claims.add_paper(claim, content, slot.name, by=self.entry, file_name=f"{self._pictures}.jpg")


def answers(car: Car) -> dict[str, object]:
    """What the applicant says."""
    invoiced_on = car.day - dt.timedelta(days=8)
    said: dict[str, object] = {
        "invoiced_on": invoiced_on.isoformat(), "same_person": True, "old_is_passenger": True,
        "old_owned_since": car.registered_on.isoformat(), "new_fuel": "nev" if car.is_nev else "petrol",
        "same_province": True, "claimed_this_year": False, "price": str(car.price),
        "old_asset": car.old_vin, "new_asset": car.new_vin, "phone": car.person.phone,
        "account": car.person.account, "account_name": car.person.name, "bank": "样例银行",
    }  # fmt: skip
    if not car.is_nev:
        said["new_displacement"] = "1.5"
    if car.pack.startswith("car-scrappage"):
        said |= {
            "old_fuel": "petrol", "old_registered_on": car.registered_on.isoformat(),
            "recycled_on": files.recycled_on(car).isoformat(),
            "deregistered_on": files.deregistered_on(car).isoformat(),
            "new_registered_on": (invoiced_on + dt.timedelta(days=3)).isoformat(),
        }  # fmt: skip
    else:
        said |= {"transferred_on": (car.day - dt.timedelta(days=15)).isoformat()}
    return said | car.said


def publish_and_pay(year: Year, programmes: list[Programme], days: list[dt.date]) -> None:
    """Each of these days: end what stood long enough, publish what is reviewed, pay what is committed."""
    for day in days:
        year.on(local(day, 16), lambda: _publish(programmes))
        year.on(local(day, 16, 30), lambda: _pay(programmes))


def _publish(programmes: list[Programme]) -> None:
    notices.end_notices()
    for programme in programmes:
        for banner, (first, _second) in people.enter_reviewers().items():
            if programme.claims.filter(state=State.REVIEWED, place=banner).exists():
                notices.publish(programme, banner, by=first)


def _pay(programmes: list[Programme]) -> None:
    """What is committed in each programme, in one batch."""
    zhao = cast.enter(cast.ZHAO)
    for programme in programmes:
        with contextlib.suppress(payment.NothingToPay):
            through_the_bank(payment.make_batch(programme, by=zhao).batch)


def through_the_bank(batch: Batch) -> None:
    """The second signature of a batch, its file for the bank, and the bank's answers: all of it was paid."""
    zhao, qian = cast.enter(cast.ZHAO), cast.enter(cast.QIAN)
    ledger.sign_batch(batch, by=qian)
    with tempfile.TemporaryDirectory() as folder:
        ledger.bank_file(batch, Path(folder), by=zhao)
        lines = batch.lines.filter(state="waiting").values_list("purpose", "amount")
        rows = [[purpose, amount, "成功", "", f"样例{n:06d}"] for n, (purpose, amount) in enumerate(lines)]
        path = Path(folder) / "answers.csv"
        spreadsheets.write_csv(path, ["用途", "金额", "处理结果", "失败原因", "流水号"], rows)
        payment.book_results(path, by=zhao, batch=batch, name=_("made-up answers of a bank"))

"""An office with programmes and money, and people with their cars, for the tests of claims."""

from __future__ import annotations

import datetime as dt
import io
import random
from typing import TYPE_CHECKING

from PIL import Image
from stdnum.cn import ric

from huanxin.claims import queries
from huanxin.claims import services as claims
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.registry.models import Party
from huanxin.rulebook import services as rulebook
from huanxin.web import cast

if TYPE_CHECKING:
    from huanxin.claims.models import Claim, Programme
    from huanxin.foundation.access.models import User

ON = dt.date(2026, 6, 1)
CAR = "car-scrappage-2026"
# Made-up persons: seventeen digits each, to which the check character is reckoned.
STEMS = {"naren": "15250219850612352", "temur": "15250219900303451", "wang-qiang": "15250219791120761"}
# What a car's answers have that a replacement does not ask.
OF_SCRAPPING = ("new_registered_on", "recycled_on", "deregistered_on", "old_fuel", "old_registered_on")
CONTACT = {"phone": "13800138000", "account": "6222021208010000017", "bank": "中国工商银行"}


def resident_number(stem: str) -> str:
    """A resident number with its check character."""
    return stem + ric.calc_check_digit(f"{stem}0")


def vin(stem: str, n: int) -> str:
    """A vehicle number with a right check character; eight of the stem stand before it, two behind."""
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    values = dict(
        zip(
            "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
            [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)],
            strict=True,
        )
    )
    text = f"{stem[:8]}0{stem[8:10]}{n:06d}"
    rest = sum(w * values[c] for w, c in zip(weights, text, strict=True)) % 11
    return f"{text[:8]}{'X' if rest == 10 else rest}{text[9:]}"


def release(*pack_ids: str) -> None:
    """Put packs in force, signed by two."""
    registry.load_places()
    li_jing, zhao = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    for pack_id in pack_ids:
        rulebook.release_one(pack_id, by=li_jing, second=zhao)


def programme(
    pack_id: str = CAR,
    *,
    slug: str = "",
    money: str = "1000000.00",
    from_on: dt.date = dt.date(2026, 1, 1),
    **more,
) -> Programme:
    """A programme of the pack with a budget of the region and of the centre, each with that much."""
    release(pack_id)
    li_jing, zhao = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    opened = claims.open_programme(slug or pack_id, pack_id, from_on=from_on, by=li_jing, **more)
    for source in ("centre", "region"):
        budget = ledger.open_budget(opened.slug, "15", source, by=zhao)
        if money != "0":
            ledger.grant(budget, money, key=f"{opened.slug}:{source}:1", by=zhao)
    return opened


def grant(programme: Programme, source: str, amount: str, key: str) -> None:
    zhao = cast.enter(cast.ZHAO)
    ledger.grant(ledger.open_budget(programme.slug, "15", source, by=zhao), amount, key=key, by=zhao)


def party(user: User) -> Party:
    """A person of the cast by the real name."""
    return Party.objects.filter(login=user).first() or registry.enter_party(
        user.name, resident_number(STEMS[user.username]), login=user, place="152502", sample=True
    )


def car_answers(n: int = 0, **other: object) -> dict[str, object]:
    """Answers of a car claim of 2026: 150,000 yuan of a new-energy car give 18,000.00."""
    return {
        "invoiced_on": "2026-05-10", "new_registered_on": "2026-05-12", "recycled_on": "2026-05-19",
        "deregistered_on": "2026-05-20", "same_province": True, "claimed_this_year": False,
        "same_person": True, "old_is_passenger": True,
        "old_fuel": "petrol", "old_registered_on": "2011-06-01", "old_owned_since": "2011-06-01",
        "new_fuel": "nev", "price": "150000",
        "old_asset": vin("LSVAU033B2", n), "new_asset": vin("LGXCE4CBR0", n), **CONTACT,
    } | other  # fmt: skip


def draft(user: User, programme: Programme, n: int = 0, *, by: User | None = None, **other: object) -> Claim:
    """A claim with all its answers, not sent."""
    claim = claims.start(programme, party(user), by=by or user, place_code="152502")
    return claims.save_answers(claim, car_answers(n, **other), by=by or user)


def hand_in(claim: Claim, *, by: User, on: dt.date = ON) -> Claim:
    """One photograph of all the papers that a claim rests on, like no other claim's."""
    pack = queries.pack_of(claim.programme, on)
    photograph = Image.frombytes("L", (32, 32), random.Random(claim.number).randbytes(32 * 32))
    out = io.BytesIO()
    photograph.save(out, "PNG")
    for slot in queries.papers_asked(pack, claim, on):
        claims.add_paper(claim, out.getvalue(), slot.name, by=by)
    return claim


def sent(
    user: User,
    programme: Programme,
    n: int = 0,
    *,
    on: dt.date = ON,
    with_papers: bool = True,
    **other: object,
) -> Claim:
    """A claim that was sent on a day, with all its papers."""
    claim = draft(user, programme, n, **other)
    if with_papers:
        hand_in(claim, by=user, on=on)
    return claims.submit(claim, by=user, on=on)

"""The made-up year of `huanxin demo`: programmes with money, claims, sales, files of other offices, the
checks run.

Everything goes through the services that an office uses, with the clock set to each day; every row says
that it is
made up. Among the claims are cheats (`made_up.cheats`), so that one can see what the checks find.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.claims import services as claims
from huanxin.claims.integrity import services as integrity
from huanxin.claims.models import Claim, Programme
from huanxin.ledger import services as ledger
from huanxin.rulebook import queries as rulebook
from huanxin.tradein import services as tradein

from . import cast
from .made_up import clock, files
from .made_up.cars import Cars, publish_and_pay
from .made_up.plan import FIRST, LAST, Plan, plan
from .made_up.tills import Tills

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from huanxin.foundation.lib.progress import Progress

    Bar = Callable[[str], AbstractContextManager[Progress]]

# Programme, pack, how it is settled, money of the centre and of the region.
PROGRAMMES = (
    ("car-scrappage-2026", "car-scrappage-2026", "claim", "3000000.00", "200000.00"),
    ("car-replacement-2026", "car-replacement-2026", "claim", "800000.00", "60000.00"),
    ("appliance-2026", "appliance-2026", "till", "400000.00", "25000.00"),
)
_LOOKED_AT = LAST + dt.timedelta(days=3)


def tell(progress: Bar, story: Plan | None = None) -> Iterator[str]:
    """Play the made-up year, or a shorter one, once; a sentence for each thing that was new."""
    if Claim.objects.exists() or Programme.objects.exists():
        return
    story = story or plan()
    year = clock.Year()
    with clock.at(clock.local(dt.date(2025, 12, 30))):
        programmes = {slug: _open(slug, *rest) for slug, *rest in PROGRAMMES}
        _bring(story)
    cars, tills = Cars(year, programmes), Tills(year, programmes["appliance-2026"])
    tills.plan(story)
    for car in story.cars:
        cars.plan(car)
    to_people = [programme for programme in programmes.values() if programme.settles == "claim"]
    publish_and_pay(year, to_people, _fridays())
    # What was sold in the last weeks is open still, so that there is something to settle.
    tills.settle(_fridays()[:-1])
    with progress(_("Playing the made-up year")) as bar:
        bar(0, None, "")
        year.play(clock.local(_LOOKED_AT))
    yield _("%(n)s made-up claims and sales entered, %(refused)s refused at once") % {
        "n": Claim.objects.exclude(state="withdrawn").count(), "refused": cars.n_refused + tills.n_refused,
    }  # fmt: skip
    _open_the_shop(tills)
    with clock.at(clock.local(_LOOKED_AT)):
        sweep = integrity.run(by=cast.enter(cast.SUN))
        integrity.replay(by=cast.enter(cast.SUN))
    yield _("Checks against cheating: %(n)s findings") % {"n": sweep.n_found}


def _open_the_shop(tills: Tills) -> None:
    """苏和家电 stands at the till of a sample shop, and today's round of vouchers is open until midnight."""
    li_jing, today = cast.enter(cast.LI_JING), timezone.localdate()
    shop = next(shop for shop in tills.shops if shop.place_id == cast.SUHE.place_code)
    tradein.enter_clerk(shop, cast.enter(cast.SUHE), by=li_jing)
    with contextlib.suppress(rulebook.NotInForce):
        tradein.open_round(
            tills.programme,
            opens_at=clock.local(today, 0, 1),
            closes_at=clock.local(today, 23, 59),
            by=li_jing,
        )


def _open(slug: str, pack: str, settles: str, centre: str, region: str) -> Programme:
    """A programme with its money."""
    li_jing, zhao = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    programme = claims.open_programme(
        slug,
        pack,
        from_on=dt.date(2026, 1, 1),
        to_on=dt.date(2026, 12, 31),
        settles=settles,
        by=li_jing,
        sample=True,
    )
    for source, money in (("centre", centre), ("region", region)):
        budget = ledger.open_budget(
            slug, "15", source, by=zhao, n_lanes=4 if settles == "till" else 1, sample=True
        )
        ledger.grant(budget, money, key=f"{slug}:{source}:made-up", by=zhao)
    return programme


def _bring(story: Plan) -> None:
    """Files of other offices, before the claims: each claim is held against them when it is sent."""
    with tempfile.TemporaryDirectory() as folder:
        for port, path in files.write(story, Path(folder)):
            integrity.bring(port, path, as_of=dt.date(2026, 10, 31), by=cast.enter(cast.SUN))


def _fridays() -> list[dt.date]:
    """Every second Friday of the year that is played."""
    first = FIRST + dt.timedelta(days=(4 - FIRST.weekday()) % 7)
    return [first + dt.timedelta(days=14 * n) for n in range((LAST - first).days // 14 + 1)]

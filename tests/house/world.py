"""A small office with one of everything a page can show, made through the rooms' own services."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from huanxin.registry import services as registry
from huanxin.registry.models import Asset, Import
from huanxin.renewal import services as renewal
from huanxin.rulebook import services as rulebook
from huanxin.web import cast
from tests import small_packs
from tests.house import (
    world_access,
    world_claims,
    world_integrity,
    world_ledger,
    world_review,
    world_tradein,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from huanxin.foundation.access.models import User
    from huanxin.renewal.models import Screening
    from huanxin.rulebook.models import Release

ON = date(2026, 3, 1)


@dataclass(frozen=True)
class World:
    """What stands in the office."""

    var: Path
    asset: Asset
    doubtful: Asset
    carried_in: Import
    run: Screening
    earlier: Screening
    release: Release
    proposal: Release
    money: world_ledger.Money
    claims: world_claims.Claims
    shop: world_tradein.Tradein
    review: world_review.Review

    def address(self, page: str) -> str:
        """A page's address, filled so that it shows something that is there."""
        arguments = {k: v(self) if callable(v) else v for k, v in ARGUMENTS.get(page, {}).items()}
        asked = {k: v(self) for k, v in ASKED.get(page, {}).items()}
        return reverse(page, kwargs=arguments) + (f"?{urlencode(asked)}" if asked else "")


def build(folder: Path, n_things: int) -> World:
    """An office with `n_things` test pumps; sets HUANXIN_PACKS, which the caller restores.

    Its files lie in `var`, which must be `settings.VAR` while its pages are opened.
    """
    packs = small_packs.write_all(folder / "packs")
    os.environ["HUANXIN_PACKS"] = str(packs)
    with override_settings(VAR=folder / "var"):
        return _filled(folder, packs, n_things)


def _filled(folder: Path, packs: Path, n_things: int) -> World:
    li_jing, zhao = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    cast.enter_all()
    registry.load_places()
    sheet = _sheet(folder / "pumps.csv", n_things)
    carried_in = registry.import_assets(sheet, "test-pump", by=li_jing, source="house tests")
    release = _released("test-pump-age", li_jing, zhao)
    proposal = rulebook.propose("test-pump-grade", by=zhao)
    earlier = renewal.screen(["test-pump"], on=ON, by=li_jing)
    run = renewal.screen(["test-pump"], on=ON, by=li_jing)
    # The draft in the folder is no longer what was released: there is something to compare and propose.
    small_packs.write_age(packs, most=25)
    things = Asset.objects.filter(kind="test-pump").order_by("pk")
    claims = world_claims.build(folder, n_things)
    return World(
        var=folder / "var",
        asset=things[0],
        doubtful=things[1],
        carried_in=carried_in,
        run=run,
        earlier=earlier,
        release=release,
        proposal=proposal,
        money=world_ledger.build(folder, n_things),
        claims=claims,
        shop=world_tradein.build(folder, claims.sent.applicant, n_things),
        review=world_review.build(n_things),
    )


def _released(pack_id: str, by: User, second: User) -> Release:
    made = rulebook.release_one(pack_id, by=by, second=second)
    assert made is not None
    return made


def _sheet(path: Path, n_things: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["serial_no", "name", "power_kw", "in_service_on", "grade", "place"])
        for n in range(n_things):
            day = f"{1990 + n % 35}-0{1 + n % 9}-01" if n % 7 else ""
            power = 5 + n % 40 if n != 2 else "much"
            place = "152502" if n != 1 else "no such place"
            sheet.writerow([f"P{n:06d}", f"Pump {n}", power, day, "abc"[n % 3], place])
    return path


def routes() -> Iterator[str]:
    """The name of every page of the site, `room:page`. Django's own `set_language` is one of them."""
    yield from _routes(get_resolver(), "")


def _routes(resolver: URLResolver, space: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


ARGUMENTS: dict[str, dict[str, object]] = {
    "access:act_as": {"username": "batu"},
    "tradein:voucher": {"code": lambda w: w.shop.voucher.code},
    "tradein:round_state": {"number": lambda w: w.shop.round.pk},
    "tradein:see_to": {"number": lambda w: w.shop.post.pk},
    "tradein:sale": {"number": lambda w: w.shop.sale.pk},
    "tradein:marked": {"ticket": lambda w: w.shop.ticket},
    "tradein:marked_products": {"ticket": lambda w: w.shop.ticket},
    "tradein:price": {"code": lambda w: w.shop.product.code},
    "tradein:merchant": {"code": lambda w: w.shop.shop.code},
    "tradein:drop": {"number": lambda w: w.shop.settlement.number},
    "tradein:settle": {"slug": lambda w: w.shop.settlement.programme.slug},
    **{f"api:{page}": {"slug": "no-programme"} for page in ("programme", "decision")},
    **{
        f"api:{page}": {"number": "no-claim"}
        for page in ("claim", "submit_claim", "withdraw_claim", "papers")
    },
    **{f"api:{page}": {"code": "none"} for page in ("merchant", "quote", "redeem")},
    **{f"api:{page}": {"key": "no-sale"} for page in ("sale", "return")},
    **{f"api:{page}": {"number": 1} for page in ("hook", "deliveries")},
    "claims:finding": {"number": world_integrity.a_finding},
    "claims:judge_finding": {"number": world_integrity.a_finding},
    "claims:audit": {"number": lambda w: w.review.file.number},
    "registry:export": {"form": "csv"},
    "registry:asset": {"number": lambda w: w.asset.pk},
    "registry:identity": {"number": lambda w: w.asset.pk},
    "registry:template": {"kind": "test-pump"},
    "registry:import": {"number": lambda w: w.carried_in.pk},
    "registry:import_progress": {"number": lambda w: w.carried_in.pk},
    "registry:refused": {"number": lambda w: w.carried_in.pk},
    "registry:settle": {"number": lambda w: w.doubtful.pk},
    "rulebook:pack": {"pack_id": "test-pump-age"},
    "rulebook:try": {"pack_id": "test-pump-age"},
    "rulebook:compare": {"pack_id": "test-pump-age"},
    "rulebook:propose": {"pack_id": "test-pump-age"},
    "rulebook:countersign": {"number": lambda w: w.proposal.pk},
    "rulebook:withdraw": {"number": lambda w: w.release.pk},
    "renewal:asset_verdicts": {"asset": lambda w: w.asset.pk},
    "renewal:screening": {"number": lambda w: w.run.pk},
    "renewal:progress": {"number": lambda w: w.run.pk},
    "renewal:stop": {"number": lambda w: w.run.pk},
    "renewal:again": {"number": lambda w: w.run.pk},
    "renewal:download": {"number": lambda w: w.run.pk, "form": "csv"},
    "renewal:reasons": {"number": lambda w: w.run.pk, "asset": lambda w: w.asset.pk},
    "renewal:compare": {"number": lambda w: w.run.pk, "earlier": lambda w: w.earlier.pk},
    **world_access.ARGUMENTS,
    **world_claims.ARGUMENTS,
    **world_ledger.ARGUMENTS,
    **world_review.ARGUMENTS,
}

ASKED: dict[str, dict[str, Callable[[World], object]]] = {
    "home:search": {"q": lambda _w: "Pump"},
    "registry:export": {"kind": lambda w: w.asset.kind},
    "registry:inventory": {"kind": lambda w: w.asset.kind},
    "rulebook:compare": {"before": lambda w: w.release.digest},
}

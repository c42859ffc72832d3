"""A person gives name and number, once: checked, sealed, and found again."""

from __future__ import annotations

import pytest

from huanxin.foundation.lib import sealed
from huanxin.registry import queries, services
from huanxin.registry.models import Asset, LifeEvent, Party
from tests.claims.office import resident_number, vin

pytestmark = pytest.mark.django_db

STEM = "15250219790112001"


def test_the_number_is_sealed_and_the_person_found_again(naren) -> None:
    party = services.enter_party("娜仁", resident_number(STEM), login=naren)

    assert queries.party_of(naren) == party
    assert party.identity_shown == f"1525{'*' * 10}{resident_number(STEM)[-4:]}"
    assert party.born_on.isoformat() == "1979-01-12"
    assert services.enter_party(" 娜仁 ", resident_number(STEM).lower()) == party
    assert sealed.unseal(bytes(party.identity_sealed)) == resident_number(STEM)
    assert Party.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "number", "field"),
    [
        ("娜仁", "152502197901120010", "number"),
        ("娜仁", "", "number"),
        ("", resident_number(STEM), "name"),
        ("娜仁", "91150102MA0N12345X", "number"),
        ("小娜", resident_number("15250220200112001"), "number"),
    ],
)
def test_a_wrong_name_or_number_says_which(name, number, field) -> None:
    with pytest.raises(services.PartyRefused) as refused:
        services.enter_party(name, number)

    assert refused.value.field == field
    assert not Party.objects.exists()


def test_a_number_belongs_to_one_name_and_one_login(naren, temur) -> None:
    services.enter_party("娜仁", resident_number(STEM), login=naren)

    with pytest.raises(services.PartyRefused):
        services.enter_party("特木尔", resident_number(STEM))
    with pytest.raises(services.PartyRefused):
        services.enter_party("娜仁", resident_number(STEM), login=temur)
    with pytest.raises(services.PartyRefused):
        services.enter_party("乌云", resident_number("15250219810112001"), login=naren)


def test_a_thing_is_entered_once_and_its_life_begins(batu) -> None:
    services.load_places()
    number = vin("LSVAU033B2", 1)
    asset = services.asset_for("motor-vehicle", number, by=batu, place="152502", source="claim 1")

    again = services.asset_for("motor-vehicle", f" {number.lower()} ", by=batu, source="claim 2")

    assert again == asset
    assert asset.place_id == "152502"
    assert queries.tallies()["motor-vehicle"] == 1
    assert LifeEvent.objects.get(asset=asset).what == "registered"
    with pytest.raises(services.IdentityError):
        services.asset_for("motor-vehicle", "LSVAU033", by=batu, source="claim 3")


def test_what_was_dismantled_stays_so_when_it_is_claimed_for(batu) -> None:
    asset = services.asset_for("motor-vehicle", vin("LSVAU033B2", 1), by=batu, source="claim 1")
    services.record(asset, "dismantled", by=batu)

    services.record(asset, "claimed", by=batu)
    services.record(asset, "released", by=batu)

    assert Asset.objects.get().state == "dismantled"

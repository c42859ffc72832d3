"""Places from codes, names and coordinates; a doubt is kept for a person and never guessed away."""

from __future__ import annotations

from pathlib import Path

import pytest

from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.registry import queries, services
from huanxin.registry.models import Asset, Place
from huanxin.registry.places import region
from huanxin.registry.places.settling import Said, settle
from huanxin.registry.samples import GEM_KIND

from .conftest import GOOD, HEADERS, PUMP, told

LIFTS = (
    Path(__file__).parents[3] / "shared" / "data" / "buildings" / "nyc_elevators_2015_manhattan_bronx.csv.gz"
)
GEM = region.folder() / "data" / "gem_coal_units_inner_mongolia_2024-07.csv"


def found(**said):
    return settle(Said(**said), region.gazetteer(), region.outlines())


def test_the_region_has_its_12_leagues_103_banners_and_5_zones(db):
    assert services.load_places() == services.load_places() == 121
    levels = list(Place.objects.values_list("level", flat=True))
    assert [levels.count(level) for level in ("province", "league", "banner", "zone")] == [1, 12, 103, 5]
    assert [p.code for p in queries.children("1503")] == ["150302", "150303", "150304"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"place": "152502"}, "152502"),
        ({"place": "152500"}, "1525"),
        ({"place": "152502000000"}, "152502"),
        ({"place": "锡林浩特市"}, "152502"),
        ({"place": "内蒙古自治区锡林郭勒盟锡林浩特市东大街1号"}, "152502"),
        ({"place": "科右中旗"}, "152222"),
        ({"league": "Xilingol League", "banner": "West Ujimqin Banner"}, "152526"),
        ({"league": "Cifeng", "banner": "Ningcheng County"}, "150429"),
        ({"league": "Ordos", "banner": "Hangjin"}, "150625"),
        ({"league": "Bayannur", "banner": "Hangjin Rear"}, "150826"),
        ({"league": "Hohhot", "banner": "Togtoh (Tuoketuo)"}, "150122"),
        ({"league": "Cifeng", "latitude": "41.56", "longitude": "119.34"}, "1504"),
        ({"latitude": "43.94", "longitude": "116.08"}, "1525"),
    ],
)
def test_what_is_clear_is_placed(said, code):
    assert found(**said).code == code


@pytest.mark.parametrize(
    ("said", "why", "candidates"),
    [
        ({"league": "Cifeng"}, "name-unknown", ("1504",)),
        (
            {"league": "呼和浩特市", "latitude": "40.65", "longitude": "109.84"},
            "coordinates-disagree",
            ("1501", "1502"),
        ),
        ({"league": "Bortala", "latitude": "44.87", "longitude": "82.06"}, "outside", ()),
        ({"league": "Bortala", "latitude": "43.94", "longitude": "116.08"}, "name-unknown", ("1525",)),
        ({"league": "包头市", "banner": "锡林浩特市"}, "names-disagree", ("1502", "152502")),
        (
            {"latitude": "42.8", "longitude": "113.8", "is_approximate": True},
            "coordinates-approximate",
            ("1525",),
        ),
        ({"latitude": "99", "longitude": "500"}, "bad-coordinates", ()),
        ({"latitude": "0", "longitude": "0"}, "bad-coordinates", ()),
    ],
)
def test_what_is_not_clear_is_left_to_a_person_with_candidates(said, why, candidates):
    settled = found(**said)
    assert (settled.code, settled.why, settled.candidates) == (None, why, candidates)


def test_the_trackers_586_units_come_in_and_nine_wait_for_a_person(db):
    services.load_places()
    record = services.import_assets(GEM, GEM_KIND, by=None)
    assert (told(record), record.n_place_doubt) == ((586, 0, 0, 0), 9)
    whys = [a.place_doubt["why"] for a in queries.doubts()]
    assert (
        whys.count("outside"),
        whys.count("coordinates-approximate"),
        whys.count("coordinates-disagree"),
    ) == (2, 5, 2)
    assert Asset.objects.filter(in_service_year=None).count() == 195
    assert Asset.objects.filter(place_id="150429").count() == 3
    assert told(services.import_assets(GEM, GEM_KIND, by=None)) == (0, 0, 586, 0)


def test_of_the_trackers_units_a_league_takes_its_own_and_gets_the_others_back(db):
    services.load_places()
    record = services.import_assets(GEM, GEM_KIND, by=None, place="1525", within=("1525",))
    n_placed = Asset.objects.filter(place_id__gte="1525", place_id__lt="1526").count()
    assert record.n_new == n_placed + record.n_place_doubt
    assert record.n_new + record.n_refused == 586
    assert 0 < n_placed < 200


def test_a_person_settles_a_doubt_and_no_later_sheet_undoes_it(office, write, li_jing):
    sheet = write([["SN-1", "泵", "5", "", "", "Cifeng"]])
    assert services.import_assets(sheet, PUMP, by=None).n_place_doubt == 1
    event = services.settle_place(queries.doubts()[0], "1504", by=li_jing)
    assert (event.what, event.by, event.details["doubt"]["said"]) == ("placed", li_jing, {"place": "Cifeng"})
    again = services.import_assets(write([["SN-1", "泵", "6", "", "", "Cifeng"]]), PUMP, by=None)
    assert (told(again), again.n_place_doubt) == ((0, 1, 0, 0), 0)
    pump = Asset.objects.get()
    assert (pump.place_id, pump.place_doubt, pump.place_state) == ("1504", None, "placed")


def test_a_place_that_does_not_exist_cannot_be_settled_on(office, write):
    services.import_assets(write([GOOD]), PUMP, by=None)
    with pytest.raises(services.UnknownPlace):
        services.settle_place(Asset.objects.get(), "999999", by=None)


def lie(**said):
    """Where things lie, by the beginning of their names."""
    return dict(Asset.objects.filter(**said).order_by("id").values_list("name", "place_id"))


def test_a_place_said_for_the_sheet_is_that_of_rows_that_say_none(office, write):
    rows = [GOOD, ["SN-2", "二号泵", "", "", "", "Cifeng"], ["SN-3", "三号泵", "", "", "", ""]]
    record = services.import_assets(write(rows), PUMP, by=None, place="150302")
    assert (told(record), record.n_place_doubt) == ((3, 0, 0, 0), 1)
    assert lie() == {"一号泵": "152502", "二号泵": None, "三号泵": "150302"}


def test_all_of_a_sheet_lies_in_one_place_where_its_own_column_is_not_read(office, write):
    rows = [GOOD, ["SN-2", "", "", "", "", "Cifeng"]]
    services.import_assets(write(rows), PUMP, by=None, place="150302", mapping={"所在地": ""})
    assert set(Asset.objects.values_list("place_id", flat=True)) == {"150302"}


def test_a_place_said_for_the_sheet_moves_nothing_that_lies_somewhere(office, write, li_jing):
    rows = [GOOD, *([f"SN-{n}", f"{n}号泵", "5", "", "", "Cifeng"] for n in (2, 3, 4))]
    services.import_assets(write(rows), PUMP, by=None)
    two, three, _four = queries.doubts()
    services.settle_place(two, "1504", by=li_jing)
    services.settle_place(three, None, by=li_jing)
    before = lie()
    unsaid = write([[number, name, "6", "", "", ""] for number, name, *_rest in rows])
    record = services.import_assets(unsaid, PUMP, by=None, place="150207")
    assert told(record) == (0, 4, 0, 0)
    assert lie() == before
    assert [thing.name for thing in queries.doubts()] == ["4号泵"]


def test_what_a_person_said_is_outside_stays_so_and_who_said_a_banner_is_not_told_a_league(
    office, write, li_jing
):
    services.import_assets(write([GOOD, ["SN-2", "二号泵", "5", "", "", "Cifeng"]]), PUMP, by=None)
    services.settle_place(queries.doubts()[0], None, by=li_jing)
    rows = [[*GOOD[:5], "锡林郭勒盟"], ["SN-2", "二号泵", "6", "", "", "Cifeng"]]
    services.import_assets(write(rows), PUMP, by=None)
    assert lie() == {"一号泵": "152502", "二号泵": None}
    assert lie(place_state="outside") == {"二号泵": None}


def test_a_place_that_is_not_of_the_region_is_refused(office, write):
    with pytest.raises(SheetError, match="no place with the code"):
        services.import_assets(write([GOOD]), PUMP, by=None, place="1599")


def test_an_inventory_from_elsewhere_asks_first_and_then_comes_in_without_doubts(office, write):
    heads = [*HEADERS[:5], "latitude", "longitude"]
    rows = [[f"SN-{n}", "", "", "", "", "40.76", "-73.98"] for n in range(30)]
    with pytest.raises(SheetError, match="--no-place"):
        services.import_assets(write(rows, headers=heads), PUMP, by=None)
    assert not Asset.objects.exists()
    record = services.import_assets(write(rows, headers=heads), PUMP, by=None, place=services.NO_PLACE)
    assert (told(record), record.n_place_doubt) == ((30, 0, 0, 0), 0)
    assert set(Asset.objects.values_list("place_state", flat=True)) == {"outside"}


@pytest.mark.skipif(not LIFTS.is_file(), reason="../shared/data is not beside the project")
def test_the_21676_lifts_of_new_york_come_in_whole(db):
    services.load_places()
    record = services.import_assets(LIFTS, "lift", by=None, place=services.NO_PLACE)
    assert (told(record), record.n_place_doubt) == ((21676, 0, 0, 0), 0)

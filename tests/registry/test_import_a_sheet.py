"""A sheet into the registry: what comes in, what comes back, and what a second time does."""

from __future__ import annotations

import json
import string

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from huanxin.foundation.lib import sealed
from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.registry import cli, queries, services
from huanxin.registry.models import Asset, Import, LifeEvent, Party

from .conftest import CAR, GOOD, HEADERS, PUMP, refused, state, told

pytestmark = pytest.mark.usefixtures("office")


def test_good_rows_come_in_and_bad_ones_come_back_marked(write, settings, li_jing):
    sheet = write(
        [GOOD, ["SN-2", "二号泵", "7500 W", "2010-02-30", "特级", ""], ["", "三号泵", "1", "", "", ""]]
    )
    record = services.import_assets(sheet, PUMP, by=li_jing)
    assert told(record) == (1, 0, 0, 2)
    heads, second, third = refused(record, settings)
    assert list(heads[:-1]) == HEADERS
    assert second[:3] == ("SN-2", "二号泵", "7500 W")
    for word in ("3", "kW", "投运日期", "特级"):
        assert word in second[-1]
    assert "tells this thing from others" in third[-1]
    pump = queries.find("SN-1")[0]
    assert (pump.name, pump.place_id, pump.in_service_year, str(pump.measure)) == (
        "一号泵",
        "152502",
        2010,
        "5.5000",
    )
    assert queries.events(pump)[0].what == "registered"


def test_the_mended_sheet_can_be_sent_back_as_it_is(write, settings, tmp_path):
    record = services.import_assets(write([GOOD, ["SN-2", "二号泵", "5..5", "", "", ""]]), PUMP, by=None)
    book = openpyxl.load_workbook(settings.VAR / record.error_sheet)
    book.active["C2"] = 5.5
    book.save(tmp_path / "mended.xlsx")
    assert told(services.import_assets(tmp_path / "mended.xlsx", PUMP, by=None)) == (1, 0, 0, 0)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_sheet_given_back_twice_says_only_what_is_to_mend_now(write, settings, language):
    rows = [GOOD, *(["", "泵", "1", "", "", ""] for _n in range(3)), ["SN-2", "泵", "x", "", "", ""]]
    with translation.override(language):
        first = services.import_assets(write(rows), PUMP, by=None)
    second = services.import_assets(settings.VAR / first.error_sheet, PUMP, by=None)
    heads, *bad = refused(second, settings)
    assert heads == (*HEADERS, "What to mend")
    assert [row[-1][:8] for row in bad] == ["Line 2: ", "Line 3: ", "Line 4: ", "Line 5: "]
    assert "请这样改正" not in second.mapping
    assert "What to mend" not in second.mapping


def test_a_quotation_mark_left_open_does_not_swallow_the_rows_below_it(write):
    sheet = write([[f"SN-{n}", f"{n}号泵", "5", "", "", ""] for n in range(1, 2001)])
    sheet.write_text(sheet.read_text(encoding="utf-8").replace(",10号泵,", ',"3寸管,'), encoding="utf-8")
    with pytest.raises(SheetError, match=r"Line 11 .*never closed"):
        services.import_assets(sheet, PUMP, by=None)
    assert not Import.objects.exists()


def test_importing_the_same_sheet_twice_changes_nothing(write):
    sheet = write([GOOD, ["SN-2", "二号泵", "3", "", "", "Cifeng"]])
    services.import_assets(sheet, PUMP, by=None)
    before = state()
    assert told(services.import_assets(sheet, PUMP, by=None)) == (0, 0, 2, 0)
    assert state() == before


CELLS = st.tuples(
    st.text(string.ascii_uppercase[:4], min_size=1, max_size=2),
    st.sampled_from(["泵", "=1+1", "", "-5"]),
    st.sampled_from(["1", "2.50", "", "x", "-1"]),
    st.sampled_from(["2010-05-01", "2013.13", "", "20100501"]),
    st.sampled_from(["一级", "a", "?", ""]),
    st.sampled_from(["1525", "包头", "Cifeng", ""]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, min_size=1, max_size=8))
def test_whatever_is_in_it_a_sheet_imported_twice_changes_nothing(write, rows):
    sheet = write([list(row) for row in rows])
    with transaction.atomic():
        first = services.import_assets(sheet, PUMP, by=None)
        before = state()
        second = services.import_assets(sheet, PUMP, by=None)
        assert told(second)[:2] == (0, 0)
        assert second.n_refused == first.n_refused
        assert state() == before
        assert (
            first.n_new + first.n_changed + first.n_unchanged + first.n_refused == first.n_rows == len(rows)
        )
        transaction.set_rollback(True)


def test_a_corrected_row_changes_its_thing_and_its_life_says_how(write, li_jing):
    services.import_assets(write([GOOD]), PUMP, by=None)
    again = services.import_assets(write([["sn-1 ", "一号泵", "7.5", "", "", ""]]), PUMP, by=li_jing)
    assert told(again) == (0, 1, 0, 0)
    pump = Asset.objects.get()
    assert pump.attributes["power_kw"] == "7.5"
    assert pump.attributes["in_service_on"] == "2010-05-01", "an empty cell takes nothing away"
    assert pump.place_id == "152502"
    last = queries.events(pump)[-1]
    assert (last.what, last.by, last.details["changed"]) == (
        "corrected",
        li_jing,
        {"power_kw": ["5.5", "7.5"]},
    )


def test_columns_come_in_any_order_and_under_english_names(write):
    heads = ["grade", "Place (name or code)", "Power (kW)", "Serial number", "Something else"]
    record = services.import_assets(
        write([["First", "Xilinhot", "5.5", "A1", "x"]], headers=heads), PUMP, by=None
    )
    assert told(record) == (1, 0, 0, 0)
    assert Asset.objects.get().attributes == {"grade": "a", "power_kw": "5.5"}


def test_a_mapping_is_said_once_and_remembered(write):
    heads = ["甲", "乙"]
    with pytest.raises(SheetError, match="--map"):
        services.import_assets(write([["A1", "5"]], headers=heads), PUMP, by=None)
    services.import_assets(
        write([["A1", "5"]], headers=heads), PUMP, by=None, mapping={"甲": "serial_no", "乙": "power_kw"}
    )
    record = services.import_assets(write([["6", "A2"]], headers=heads[::-1]), PUMP, by=None)
    assert told(record) == (1, 0, 0, 0)
    assert queries.guess_mapping(heads, PUMP).is_remembered


def test_a_mapping_to_what_is_not_there_is_refused(write):
    for mapping, word in (({"丙": "name"}, "no column"), ({"名称": "nonsense"}, "no fact")):
        with pytest.raises(SheetError, match=word):
            services.import_assets(write([GOOD]), PUMP, by=None, mapping=mapping)


def test_a_heading_in_another_unit_is_not_taken_and_says_why(write):
    guess = queries.guess_mapping(["出厂编号", "功率（W）"], PUMP)
    assert guess.columns["功率（W）"] == ""
    assert "kW" in guess.notes["功率（W）"]


@pytest.mark.parametrize("heading", ["功率（W）", "power_mw", "Rated power hp"])
def test_a_column_in_another_unit_is_refused_also_where_a_person_takes_it(write, heading):
    sheet = write([["SN-1", "5500"]], headers=["出厂编号", heading])
    with pytest.raises(SheetError, match=r"kept in kW\. Convert the numbers"):
        services.import_assets(sheet, PUMP, by=None, mapping={heading: "power_kw"})
    for same in ("power_kW", "功率 千瓦", "power"):
        sheet = write([[f"SN-{same}", "5.5"]], headers=["出厂编号", same])
        assert services.import_assets(sheet, PUMP, by=None, mapping={same: "power_kw"}).n_new == 1


def test_a_number_with_too_many_places_is_told_its_unit(write, settings):
    record = services.import_assets(write([["SN-1", "泵", "5.1234", "", "", ""]]), PUMP, by=None)
    assert refused(record, settings)[1][-1].endswith("At most 2 decimals are kept. The unit is kW.")


def test_the_command_says_which_column_it_did_not_use_and_why(write):
    sheet = write([["SN-1", "5500"]], headers=["出厂编号", "功率（W）"])
    said = CliRunner().invoke(cli.app, ["import", str(sheet), "--kind", PUMP])
    assert (said.exit_code, said.exception) == (0, None)
    assert "1 new" in said.output
    assert "功率（W）" in said.output
    assert "kept in kW" in said.output
    told = CliRunner().invoke(cli.app, ["import", str(sheet), "--kind", PUMP, "--json"])
    assert list(json.loads(told.stdout)["not_used"]) == ["功率（W）"]


def test_the_command_names_every_column_it_did_not_use(write):
    sheet = write([["SN-1", "蓝", "甲", "泵"]], headers=["出厂编号", "颜色", "备注", "serial_no"])
    said = CliRunner().invoke(cli.app, ["import", str(sheet), "--kind", PUMP])
    assert "“serial_no” – By its heading this is “Serial number” too" in said.output
    assert "Not used: 颜色, 备注" in said.output


@pytest.mark.parametrize("encoding", ["rot13", "base64", "no-such"])
def test_an_encoding_that_is_none_of_texts_is_refused(write, encoding):
    sheet = write([GOOD])
    said = CliRunner().invoke(cli.app, ["import", str(sheet), "--kind", PUMP, "--encoding", encoding])
    assert (said.exit_code, f"There is no encoding “{encoding}”." in said.output) == (1, True)
    assert not Import.objects.exists()


def test_the_numbers_of_an_import_add_up_and_refused_rows_are_told_by_the_exit_code(write):
    sheet = write([["示例/example 001", "泵", "1", "", "", ""], GOOD, ["SN-2", "泵", "x", "", "", ""]])
    said = CliRunner().invoke(cli.app, ["import", str(sheet), "--kind", PUMP, "--json"])
    counts = json.loads(said.stdout)
    assert (counts["rows"], counts["new"], counts["refused"], said.exit_code) == (2, 1, 1, 1)
    record = Import.objects.get()
    assert (record.n_rows, record.n_lines) == (2, 2)


def test_two_columns_said_to_be_one_fact_are_refused_by_their_names(write):
    heads = ["device_number", "bin", "功率"]
    both = {"device_number": "serial_no", "bin": "serial_no"}
    with pytest.raises(SheetError, match=r"“device_number” and “bin” are both said to be “Serial number”"):
        services.import_assets(write([["A", "B", "5"]], headers=heads), PUMP, by=None, mapping=both)
    assert not Asset.objects.exists()


def test_a_sheet_of_nothing_but_numbers_of_things_registers_them(write):
    record = services.import_assets(write([["SN-1"], ["SN-2"], [""]], headers=["出厂编号"]), PUMP, by=None)
    assert told(record) == (2, 0, 0, 0)


@pytest.mark.parametrize("name", ["pumps.csv", "pumps.xlsx"])
def test_one_thing_told_twice_in_different_words_is_refused_with_both_lines(write, settings, name):
    rows = [
        GOOD,
        ["SN-2", "二号泵", "5", "", "", ""],
        ["sn-1", "一号泵", "9", "", "", ""],
        ["SN-2", "二号泵", "5", "", "", ""],
    ]
    record = services.import_assets(write(rows, name=name), PUMP, by=None)
    assert told(record) == (1, 0, 1, 2)
    assert [row[-1] for row in refused(record, settings)[1:]] == [
        "Line 2: “出厂编号” Line 2 and line 4 name the same thing but differ. Keep the right one.",
        "Line 4: “出厂编号” Line 4 and line 2 name the same thing but differ. Keep the right one.",
    ]
    assert Asset.objects.get().identity_shown == "*N-2"


VIN = "LSVAM4186C2184841"


def test_a_vin_twice_in_the_sheet_and_once_in_the_registry_is_one_car(write):
    heads = ["VIN", "Model", "Year", "Electric"]
    services.import_assets(write([[VIN, "桑塔纳", 2011, "否"]], headers=heads), CAR, by=None)
    again = write([[f" {VIN.lower()} ", "桑塔纳", 2011, "否"], [VIN, "桑塔纳", 2011, "否"]], headers=heads)
    assert told(services.import_assets(again, CAR, by=None)) == (0, 0, 2, 0)
    car = Asset.objects.get()
    assert VIN not in car.identity_shown
    assert VIN.encode() not in bytes(car.identity_sealed)
    assert sealed.unseal(bytes(car.identity_sealed)) == VIN
    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.create(kind=CAR, identity_hash=car.identity_hash, identity_shown="x", changed=1)


def test_a_workbooks_numbers_dates_and_truth_values_are_read(write):
    rows = [[VIN, "x", 2011, True], ["LVSHCAMB1CE054249", 5008, 2012.0, "否"]]
    record = services.import_assets(
        write(rows, "a.xlsx", headers=["VIN", "Model", "Year", "Electric"]), CAR, by=None
    )
    assert told(record) == (2, 0, 0, 0)
    assert list(Asset.objects.order_by("id").values_list("attributes", flat=True)) == [
        {"model": "x", "registered_year": 2011, "electric": True},
        {"model": "5008", "registered_year": 2012, "electric": False},
    ]


def test_a_formula_without_a_result_is_refused_with_what_to_do(write, settings):
    record = services.import_assets(write([["SN-1", "泵", "=2+3", "", "", ""]], "a.xlsx"), PUMP, by=None)
    assert record.n_refused == 1
    assert "no stored result" in refused(record, settings)[1][-1]


def test_an_excel_error_or_an_uncomputed_formula_is_nobodys_name_and_no_place(write, settings):
    heads = [*HEADERS, "使用单位", "统一社会信用代码", "盟市", "旗县", "纬度", "经度"]
    rows = [
        [*GOOD, "恒远热力", "", "锡林郭勒盟", "锡林浩特市", 43.93, 116.09],
        ["SN-2", "泵", "", "", "", "锡林浩特市", "#N/A"],
        ["SN-3", "泵", "", "", "", "锡林浩特市", "=VLOOKUP(A4,D:E,2)"],
        ["SN-4", "泵", "", "", "", "锡林浩特市", "恒远热力", "#REF!"],
        ["SN-5", "泵", "", "", "", "#N/A", "恒远热力"],
        *(
            [f"SN-{6 + n}", "泵", "", "", "", "锡林浩特市", "恒远热力", "", *[""] * n, "#N/A"]
            for n in range(4)
        ),
    ]
    record = services.import_assets(write(rows, "a.xlsx", headers=heads), PUMP, by=None)
    assert told(record) == (1, 0, 0, 8)
    assert list(Party.objects.values_list("name", flat=True)) == ["恒远热力"]
    said = [row[-1] for row in refused(record, settings)[1:]]
    at = ["使用单位", "使用单位", "统一社会信用代码", "所在地", "盟市", "旗县", "纬度", "经度"]
    for heading, why in zip(at, said, strict=True):
        assert f"“{heading}”" in why
        assert "no stored result" in why or "Excel's error" in why


def test_who_answers_for_one_league_brings_in_doubts_that_may_lie_there_and_rows_that_say_nothing(
    write, settings
):
    heads = [*HEADERS[:5], "盟市", "旗县"]
    rows = [
        ["SN-1", "可能在锡林郭勒", "1", "", "", "包头市", "锡林浩特市"],
        ["SN-2", "可能在赤峰", "1", "", "", "Cifeng", ""],
        ["SN-3", "没写地点", "1", "", "", "", ""],
        ["SN-4", "在包头", "1", "", "", "包头市", ""],
    ]
    sheet = write(rows, headers=heads)
    for counts in ((2, 0, 0, 2), (0, 0, 2, 2)):
        record = services.import_assets(sheet, PUMP, by=None, place="152502", within=("1525",))
        assert told(record) == counts
    assert list(Asset.objects.order_by("id").values_list("name", "place_id")) == [
        ("可能在锡林郭勒", None),
        ("没写地点", "152502"),
    ]
    doubtful, elsewhere = [row[-1] for row in refused(record, settings)[1:]]
    assert "No place of the region has this name" in doubtful
    assert "lies in Baotou, outside the area" in elsewhere
    wide = services.import_assets(
        write([["SN-9", "", "", "", "", "锡林郭勒盟", ""]], headers=heads), PUMP, by=None, within=("152502",)
    )
    assert "says only “Xilingol" in refused(wide, settings)[1][-1]


def test_a_place_column_that_is_not_asked_may_hold_errors(write):
    for place, mapping in (("1525", {"所在地": ""}), ("outside", None)):
        sheet = write([[f"SN-{place}", "泵", "5", "", "", "#N/A"]], "a.xlsx")
        record = services.import_assets(sheet, PUMP, by=None, place=place, mapping=mapping)
        assert told(record) == (1, 0, 0, 0)
    assert list(Asset.objects.order_by("id").values_list("place_id", flat=True)) == ["1525", None]


def test_holders_are_found_by_number_and_a_wrong_number_is_refused(write, settings):
    heads = [*HEADERS, "使用单位", "统一社会信用代码"]
    right, wrong = "91110000802100433B", "91110000802100433C"
    rows = [
        [*GOOD, "恒远热力", right],
        ["SN-2", "泵", "", "", "", "", "恒远热力有限公司", right.lower()],
        ["SN-3", "泵", "", "", "", "", "恒远", wrong],
        ["SN-4", "泵", "", "", "", "", "无号公司", ""],
        ["SN-5", "泵", "", "", "", "", "无号公司", ""],
    ]
    record = services.import_assets(write(rows, headers=heads), PUMP, by=None)
    assert told(record) == (4, 0, 0, 1)
    holders = list(Asset.objects.order_by("id").values_list("holder_id", "holder__identity_shown"))
    assert holders[0] == holders[1]
    assert holders[2] == holders[3]
    assert right not in holders[0][1]
    assert wrong not in str(refused(record, settings)[1][-1])


def test_a_life_can_only_grow(write):
    services.import_assets(write([GOOD]), PUMP, by=None)
    for deed in (LifeEvent.objects.update, LifeEvent.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed(**({"what": "resold"} if deed == LifeEvent.objects.update else {}))


def test_the_record_of_an_import_says_what_it_took(write, li_jing):
    record = services.import_assets(
        write([GOOD], encoding="gb18030"), PUMP, by=li_jing, source="2024年普查", sample=True
    )
    kept = Import.objects.get(pk=record.pk)
    assert (kept.state, kept.read_as, kept.by, kept.mapping["功率"]) == (
        "done",
        "csv gb18030",
        li_jing,
        "power_kw",
    )
    assert Asset.objects.get().sample
    assert Asset.objects.get().source == "2024年普查"


def test_who_answers_for_one_league_neither_corrects_nor_moves_what_lies_in_another(write, settings, li_jing):
    services.import_assets(write([GOOD, ["SN-2", "二号泵", "3", "", "", "赤峰市"]]), PUMP, by=li_jing)
    sheet = write([
        ["SN-1", "一号泵", "7.5", "2010-05-01", "一级", "锡林浩特市"],
        ["SN-2", "别人的泵", "9", "", "", "锡林浩特市"],
        ["SN-3", "赤峰的新泵", "9", "", "", "赤峰市"],
        ["SN-4", "锡林浩特的新泵", "9", "", "", "锡林浩特市"],
        ["SN-5", "没写地点的泵", "9", "", "", ""],
    ])  # fmt: skip
    record = services.import_assets(sheet, PUMP, by=None, within=("1525",))
    assert told(record) == (1, 1, 0, 3)
    assert [row[0] for row in refused(record, settings)[1:]] == ["SN-2", "SN-3", "SN-5"]
    registered, lies, unsaid = [row[-1] for row in refused(record, settings)[1:]]
    assert "registered outside the area of your mandate" in registered
    assert "“所在地” By its own place this lies in Chifeng" in lies
    assert "does not say where this lies" in unsaid
    assert queries.find("SN-2")[0].name == "二号泵"
    assert not queries.find("SN-3")

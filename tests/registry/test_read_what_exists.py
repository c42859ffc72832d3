"""Pages, searches, exports and snapshots of the inventory."""

from __future__ import annotations

import contextlib
import csv
import resource
import signal

import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner

from huanxin.registry import cli, queries, services
from huanxin.registry.models import Asset
from huanxin.registry.queries import Filters

from .conftest import CAR, HEADERS, PUMP, refused, told

N = 130
PLACES = ["1525", "152502", "1502", ""]


@pytest.fixture
def pumps(office, write):
    rows = [
        [
            f"SN-{n}",
            f"恒远热力{n}号泵",
            n % 7 + 1,
            f"{1990 + n % 30}-05-01" if n % 5 else "",
            "",
            PLACES[n % 4],
        ]
        for n in range(N)
    ]
    services.import_assets(write(rows), PUMP, by=None)


@pytest.fixture
def full_disk():
    """No file can grow beyond a few bytes, as on a full disk; the tests' own database lies in memory."""

    @contextlib.contextmanager
    def full():
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)

    return full


def walked(filters: Filters) -> list[int]:
    """All ids from the first page to the last, checked against the way back."""
    forth, marks, mark = [], [], None
    while True:
        page = queries.inventory(filters, mark, limit=20)
        forth.append([a.pk for a in page.rows])
        if page.next is None:
            break
        marks.append(page)
        mark = page.next
    back = [forth[-1]]
    while page.previous is not None:
        page = queries.inventory(filters, page.previous, limit=20)
        back.append([a.pk for a in page.rows])
    assert back[::-1] == forth
    return [pk for page in forth for pk in page]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(kind=PUMP),
        Filters(kind=PUMP, place="1525"),
        Filters(kind=PUMP, from_year=1995, to_year=2010),
        Filters(kind=PUMP, place="1525", from_year=1995),
        Filters(kind=PUMP, undated=True),
        Filters(kind=PUMP, place="none"),
        Filters(kind=PUMP, text="恒远热"),
        Filters(kind=PUMP, text="热力1"),
        Filters(text="1号泵", place="1525"),
        Filters(sample=True),
        Filters(text="@@"),
    ],
)
def test_every_page_forth_and_back_shows_each_thing_once(pumps, filters):
    ids = walked(filters)
    assert len(ids) == len(set(ids))
    assert sorted(ids) == sorted(queries.narrowed(filters).values_list("id", flat=True))
    assert queries.count(filters).n == len(ids)


def test_a_place_shows_what_lies_below_it(pumps):
    assert {a.place_id for a in queries.inventory(Filters(place="1525"), limit=200).rows} == {
        "1525",
        "152502",
    }
    assert {a.place_id for a in queries.inventory(Filters(place="none"), limit=200).rows} == {None}


def test_an_altered_mark_leads_to_the_first_page(pumps):
    first = queries.inventory(Filters(), limit=5).rows
    for mark in ("x", "WzEsICJhIl0", "////", "W10"):
        assert queries.inventory(Filters(), mark, limit=5).rows == first


@pytest.mark.parametrize("fragment", ["热力", "恒", "恒远热力7号", "热力７号", "SN-7", " sn-7 "])
def test_a_thing_is_found_by_a_chinese_fragment_of_its_name_or_by_its_number(pumps, fragment):
    assert "恒远热力7号泵" in [a.name for a in queries.find(fragment, limit=200)]


def test_a_fragment_that_repeats_its_letters_finds_only_names_that_hold_it(office, write):
    services.import_assets(
        write([["A", "电机9", "", "", "", ""], ["B", "电机999", "", "", "", ""]]), PUMP, by=None
    )
    assert [a.name for a in queries.find("机999")] == ["电机999"]


def test_a_name_that_changes_is_found_by_its_new_name_only(office, write):
    services.import_assets(write([["A", "旧名", "", "", "", ""]]), PUMP, by=None)
    services.import_assets(write([["A", "新称", "", "", "", ""]]), PUMP, by=None)
    assert [len(queries.find(name)) for name in ("旧名", "新称")] == [0, 1]


def test_the_page_asks_the_same_number_of_questions_whatever_the_table_holds(
    pumps, django_assert_max_num_queries
):
    with django_assert_max_num_queries(1):
        list(queries.inventory(Filters(kind=PUMP, place="1525"), limit=50).rows)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_list_goes_out_and_comes_in_again_unchanged(pumps, write, tmp_path, ending):
    services.import_assets(write([["X", "=HYPERLINK(1)", "", "", "", ""]]), PUMP, by=None)
    path = tmp_path / f"list.{ending}"
    assert services.export_assets(path, PUMP) == N + 1
    if ending == "csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert list(csv.reader(stream))[-1][1] == "'=HYPERLINK(1)"
    else:
        assert openpyxl.load_workbook(path).active.cell(N + 2, 2).data_type == "s"
    guess = queries.guess_mapping(next(iter(csv.reader([",".join(_headers(path))]))), PUMP)
    assert set(guess.columns.values()) >= {"serial_no", "name", "power_kw", "in_service_on", "grade"}


def _headers(path) -> tuple[str, ...]:
    from huanxin.foundation.lib import spreadsheets

    return spreadsheets.rows(path).headers


def test_another_file_ending_is_refused(pumps, tmp_path):
    with pytest.raises(services.UnknownFormat, match=r"\.xlsx"):
        services.export_assets(tmp_path / "list.docx", PUMP)


def test_a_list_with_masked_numbers_that_comes_in_again_doubles_nothing(office, write, tmp_path):
    short = ["A1", "D12", "SN-7", "P0010", "A1234567"]
    services.import_assets(write([[n, "泵", "", "", "", ""] for n in short]), PUMP, by=None)
    path = tmp_path / "list.csv"
    assert services.export_assets(path, PUMP) == len(short)
    assert told(services.import_assets(path, PUMP, by=None)) == (0, 0, 0, len(short))
    older = write([["D**5", "泵", "", "", "", ""], ["A*4567", "星号泵", "", "", "", ""]])
    assert told(services.import_assets(older, PUMP, by=None)) == (1, 0, 0, 1)


def test_a_masked_vehicle_number_is_refused_as_such(office, write, settings):
    sheet = write([["LSVA*********0001", "车"]], headers=["车辆识别代号", "车型"])
    record = services.import_assets(sheet, CAR, by=None)
    assert "is a masked number" in refused(record, settings)[1][-1]


def export(*args):
    return CliRunner().invoke(cli.app, ["export", *map(str, args)])


@pytest.mark.parametrize("asked", [("--place", "1525"), ("--text", "热力")])
def test_parquet_of_a_part_is_refused_and_not_written_whole(pumps, tmp_path, asked):
    path = tmp_path / "part.parquet"
    for args in ((path, "--kind", PUMP), (path, "--all")):
        said = export(*args, *asked)
        assert said.exit_code == 1, said.output
        assert "whole of a kind" in said.output or "--all writes everything" in said.output
        assert not path.exists()
    assert export(path, "--kind", PUMP).exit_code == 0


@pytest.mark.parametrize("code", ["abc", "9999", "²"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_list_of_a_place_that_is_none_is_refused_with_its_code(pumps, tmp_path, code, ending):
    said = export(tmp_path / f"list.{ending}", "--kind", PUMP, "--place", code)
    assert (said.exit_code, f"no place with the code “{code}”" in said.output) == (1, True)
    assert not list(tmp_path.glob("*list*"))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_list_that_cannot_be_written_says_so(pumps, tmp_path, ending):
    said = export(tmp_path / "none" / f"list.{ending}", "--kind", PUMP)
    assert (said.exit_code, "cannot be written (No such file" in said.output) == (1, True)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_full_disk_leaves_no_empty_list_and_the_earlier_one_whole(pumps, tmp_path, full_disk, ending):
    path = tmp_path / "out" / f"list.{ending}"
    path.parent.mkdir()
    with full_disk():
        said = export(path, "--kind", PUMP)
    assert (said.exit_code, "cannot be written (" in said.output) == (1, True), said.output
    assert not list(path.parent.iterdir())
    assert export(path, "--kind", PUMP).exit_code == 0
    before = path.read_bytes()
    with full_disk():
        assert export(path, "--kind", PUMP).exit_code == 1
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_whole_registry_goes_out_as_parquet(pumps, tmp_path):
    assert services.write_parquet(tmp_path / "all") == N
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/all/{PUMP}.parquet'").fetchall() == [(N,)]


def test_a_template_comes_back_as_an_import_once_it_is_filled_in(office, tmp_path):
    path = tmp_path / "template.xlsx"
    services.template(PUMP, path)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    heads = [c.value for c in page[1]]
    assert "Power (kW)" in heads
    assert any("First" in str(v.formula1) for v in page.data_validations.dataValidation)
    assert "Serial number" in [row[0].value for row in book.worksheets[1]]
    assert services.import_assets(path, PUMP, by=None).n_new == 0, "the example line is no thing"
    for head, cell in {
        "Serial number": "SN-1",
        "Power (kW)": 5.5,
        "Grade": "Second",
        "Place (name or code)": "乌海",
    }.items():
        if head in heads:
            page.cell(3, heads.index(head) + 1, cell)
    book.save(path)
    assert told(services.import_assets(path, PUMP, by=None)) == (1, 0, 0, 0)
    assert Asset.objects.get().place_id == "1503"


def test_a_snapshot_is_typed_and_made_again_only_where_something_changed(pumps, write):
    first = queries.snapshot(PUMP)
    assert (first.n, queries.snapshot(PUMP)) == (N, first)
    types = dict(
        duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{first.path}')").fetchall()
    )
    assert (types["asset"], types["power_kw"], types["in_service_on"]) == ("BIGINT", "DECIMAL(18,2)", "DATE")

    services.import_assets(
        write([["SN-0", "新名", "99", "", "", ""], ["NEW", "新泵", "1", "", "", ""]]), PUMP, by=None
    )
    gone = Asset.objects.get(name="恒远热力1号泵")
    services.record(gone, "dismantled", by=None)
    second = queries.snapshot(PUMP)
    assert second.n == N
    assert second.up_to == first.up_to + 2
    rows = dict(duckdb.sql(f"SELECT name, power_kw FROM '{second.path}'").fetchall())
    assert (float(rows["新名"]), "恒远热力1号泵" in rows, "恒远热力0号泵" in rows) == (99.0, False, False)
    assert first.path.exists(), "an earlier run can be repeated on its own file"

    whole = {*duckdb.sql(f"SELECT * FROM '{second.path}'").fetchall()}
    for path in second.path.parent.glob("*.parquet"):
        path.unlink()
    assert {*duckdb.sql(f"SELECT * FROM '{queries.snapshot(PUMP).path}'").fetchall()} == whole


def test_a_snapshot_of_a_place_holds_what_lies_below_it(pumps):
    places = duckdb.sql(f"SELECT DISTINCT place FROM '{queries.snapshot(PUMP, '1525').path}'").fetchall()
    assert {p for (p,) in places} == {"1525", "152502"}


def test_an_identity_is_not_in_the_snapshot(pumps):
    path = queries.snapshot(PUMP).path
    assert duckdb.sql(f"SELECT count(serial_no) FROM '{path}'").fetchall() == [(0,)]


def test_the_sample_is_made_up_marked_and_the_same_every_time(db, li_jing):
    services.load_places()
    first = [told(r) for r in services.load_demo(li_jing, n=12)]
    assert first[0] == (586, 0, 0, 0)
    assert all(refused == 0 for _new, _changed, _unchanged, refused in first), first
    assert all(new == 0 for new, *_rest in (told(r) for r in services.load_demo(li_jing, n=12)))
    samples = Asset.objects.filter(sample=True)
    assert samples.count() == 12 * (len(first) - 1)
    assert set(samples.values_list("source", flat=True)) == {"made up / 虚构样例"}
    assert not Asset.objects.filter(sample=True, kind="coal-power-unit").exists()


def test_registered_headings_in_both_languages_are_taken(office):
    for heads in (HEADERS, ["Serial number", "Name", "Power", "In service on", "Grade", "place"]):
        assert "" not in queries.guess_mapping(heads, PUMP).columns.values()


def test_a_kind_whose_pack_holds_a_mistake_stops_only_itself(packs):
    broken = packs / "assets" / "test-broken"
    broken.mkdir()
    (broken / "pack.yaml").write_text("pack: test-broken\nkind: asset\nfacts: 7\n", encoding="utf-8")
    assert PUMP in queries.kinds()
    assert "test-broken" not in queries.kinds()
    with pytest.raises(queries.UnknownKind, match=r"test-broken.*pack\.yaml"):
        queries.kind("test-broken")

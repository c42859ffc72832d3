"""Sheets as they really arrive: encodings, titles, formulas, bombs, files that are none."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanxin.foundation.lib import spreadsheets
from huanxin.foundation.lib.spreadsheets import NoValue, SheetError

ROWS = [["编号", "名称"], ["1", "呼和浩特热力"], ["2", "Ångström, “x”"]]
TEXT = "编号,名称\r\n1,呼和浩特热力\r\n2,额尔古纳\r\n"
FOREIGN = Path(__file__).parents[3] / "shared" / "data"


def read(path, **how):
    sheet = spreadsheets.rows(path, **how)
    return sheet, list(sheet.lines)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_a_csv_is_read_in_its_own_encoding_and_says_which(tmp_path, written, said):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(written))
    sheet, lines = read(path)
    assert sheet.encoding == said
    assert sheet.headers == ("编号", "名称")
    assert lines == [(2, ["1", "呼和浩特热力"]), (3, ["2", "额尔古纳"])]


def test_a_gzipped_csv_is_read_as_it_is(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert len(read(path)[1]) == 2


def test_one_broken_letter_in_a_utf8_file_does_not_turn_it_into_other_letters(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes((TEXT * 20).encode().replace("额尔".encode(), b"\xe9\xe5\xb0\x94", 1))
    with pytest.raises(SheetError) as refused:
        read(path)
    assert "3" in refused.value.what
    assert "UTF-8" in refused.value.instead


def test_a_csv_in_latin_letters_of_another_encoding_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("nr,name\n1,Müller\n2,Åse\n".encode("latin-1"))
    with pytest.raises(SheetError, match="GB18030"):
        read(path)


def test_an_encoding_that_a_person_names_is_held_to(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("nr,name\n1,Müller\n".encode("latin-1"))
    assert read(path, encoding="latin-1")[1] == [(2, ["1", "Müller"])]
    with pytest.raises(SheetError, match="klingon"):
        read(path, encoding="klingon")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "0 bytes"),
        (b"\r\n\r\n", "empty"),
        (b"%PDF-1.7 abc", "not a sheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a sheet"),
        (b"PK\x03\x04 no zip at all", "not a sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "not a sheet"),
        (b"\x1f\x8bno gzip at all", "not a sheet"),
        (bytes(range(256)) * 4, "not a sheet"),
    ],
)
def test_what_is_no_sheet_is_refused_with_what_to_send(tmp_path, content, word):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(SheetError) as refused:
        read(path)
    assert word in refused.value.what
    assert refused.value.instead


def test_a_zip_that_holds_no_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(SheetError, match="not a sheet"):
        read(path)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _block in range(128):
                part.write(b" " * 2**20)
    assert path.stat().st_size < 300_000
    with pytest.raises(SheetError, match="was not opened"):
        read(path)


def test_a_gzip_bomb_is_refused_while_it_unpacks(tmp_path):
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as stream:
        for _block in range(128):
            stream.write(b"0" * 2**20)
    with pytest.raises(SheetError, match="not read further"):
        read(path)


def test_a_stray_cell_at_the_sheets_far_corner_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["编号"])
    book.active["XFD1048576"] = "x"
    book.save(path)
    with pytest.raises(SheetError, match="too far"):
        read(path)


def test_a_workbook_with_a_password_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(encrypted_workbook())
    with pytest.raises(SheetError) as refused:
        read(path)
    assert "password" in str(refused.value) or "not a sheet" in str(refused.value)


def encrypted_workbook() -> bytes:
    """The smallest compound file whose directory names an encrypted package."""
    sector = 512
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + (0x3E).to_bytes(2, "little")
        + (3).to_bytes(2, "little")
    )
    head += (
        (0xFFFE).to_bytes(2, "little") + (9).to_bytes(2, "little") + (6).to_bytes(2, "little") + b"\0" * 10
    )
    numbers = [1, 1, 0, 4096, end, 0, end, 0, 0]
    head += b"".join(n.to_bytes(4, "little") for n in numbers) + b"\xff" * (4 * 108)
    table = [fat, end, *[free] * 126]
    allocation = b"".join(n.to_bytes(4, "little") for n in table)

    def entry(name: str, kind: int, child: int, right: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return (
            raw.ljust(64, b"\0") + len(raw).to_bytes(2, "little") + bytes([kind, 1])
            + free.to_bytes(4, "little") + right.to_bytes(4, "little") + child.to_bytes(4, "little")
            + b"\0" * 36 + end.to_bytes(4, "little") + b"\0" * 8
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, free) + entry("EncryptedPackage", 2, free, 2)
    folder += entry("EncryptionInfo", 2, free, free) + entry("", 0, free, free)
    return head.ljust(sector, b"\0") + allocation + folder


def test_a_title_above_and_headings_in_two_lines_are_found(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["2024年设备台账", None, None])
    page.append(["出厂编号", "功率", None])
    page.append([None, "额定", "实际"])
    page.append(["SN-1", 5.5, 5.1])
    for area in ("A1:C1", "A2:A3", "B2:C2"):
        page.merge_cells(area)
    book.save(path)
    sheet, lines = read(path, known={"出厂编号"})
    assert sheet.headers == ("出厂编号", "功率 额定", "功率 实际")
    assert lines == [(4, ["SN-1", 5.5, 5.1])]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line(tmp_path, ends):
    lines = ["编号,名称", '0,"热力', '公司"', *(f"{n},泵" for n in range(1, 2001))]
    path = tmp_path / "a.csv"
    for broken, following in (('10,"3寸管', "11,泵"), ('10,"3寸管', '900,"4寸管'), ('10,泵,"', "11,泵")):
        text = (
            ends.join(lines)
            .replace("10,泵", broken, 1)
            .replace(f"{ends}{following[:3]}", f"{ends}{following}")
        )
        path.write_bytes(text.encode())
        with pytest.raises(SheetError, match=r"Line 13 cannot be read: a quotation mark is never closed"):
            read(path)


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_closed_quotation_may_end_the_file_and_hold_line_breaks(tmp_path, end):
    path = tmp_path / "a.csv"
    path.write_bytes(f'编号,名称\n1,"一号\n""大"" 泵"\n2,3"管\n3,"三号\n泵"{end}'.encode())
    assert read(path)[1] == [(2, ["1", '一号\n"大" 泵']), (4, ["2", '3"管']), (5, ["3", "三号\n泵"])]


def test_a_line_of_blanks_is_an_empty_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,名称\n1,泵\n , \u3000\n\t,\n2,泵\n", encoding="utf-8")
    assert [line for line, _cells in read(path)[1]] == [2, 5]


def test_a_sheet_of_numbers_alone_says_that_headings_are_missing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2,3\n4,5,6\n")
    with pytest.raises(SheetError, match="one line above the data"):
        read(path)


def test_two_columns_of_one_name_are_refused_with_both_columns(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,编号\n1,2,3\n", encoding="utf-8")
    with pytest.raises(SheetError, match="columns 1 and 3"):
        read(path)


def test_formulas_without_a_result_and_excels_errors_are_told_from_empty_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in (["编号", "功率", "备注"], [1, "=1+2", ""], [2, "#N/A", dt.date(2020, 5, 1)]):
        book.active.append(row)
    book.save(path)
    lines = read(path)[1]
    assert isinstance(lines[0][1][1], NoValue)
    assert str(lines[0][1][1]) == "=1+2"
    assert str(lines[1][1][1]) == "#N/A"
    assert lines[1][1][2] == dt.date(2020, 5, 1)


def rewritten(path, change):
    """The parts of a workbook as another program would have written them: `change(name, text)` gives both."""
    with zipfile.ZipFile(path) as archive:
        parts = [change(n, archive.read(n).decode()) for n in archive.namelist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts:
            archive.writestr(name, text)


def with_errors(path):
    """A chart's sheet, one of notes and one of data that holds an error and a formula without a result."""
    book = openpyxl.Workbook()
    for page in (book.active, book.create_sheet("数据")):
        page.append(["编号", "功率"])
    book.create_chartsheet("图", 0)
    for row in ([1, "#N/A"], [2, "=1+2"]):
        book["数据"].append(row)
    book.save(path)


def test_errors_are_found_on_the_sheet_that_is_read_however_its_part_is_named(tmp_path):
    def moved(name, text):
        name = name.replace("sheets/sheet2.xml", "sheets/data.xml")
        return name, text.replace("worksheets/sheet2.xml", "worksheets/data.xml")

    def swapped(name, text):
        for a, b in (("sheet1.xml", "x.xml"), ("sheet2.xml", "sheet1.xml"), ("x.xml", "sheet2.xml")):
            name, text = (t.replace(f"worksheets/{a}", f"worksheets/{b}") for t in (name, text))
        return name, text

    for change in (lambda *part: part, moved, swapped):
        with_errors(tmp_path / "a.xlsx")
        rewritten(tmp_path / "a.xlsx", change)
        lines = read(tmp_path / "a.xlsx", sheet="数据")[1]
        assert [(type(cells[1]), str(cells[1])) for _n, cells in lines] == [
            (NoValue, "#N/A"),
            (NoValue, "=1+2"),
        ]


@pytest.mark.parametrize("mark", ['"', "'"])
def test_errors_are_found_in_whatever_order_a_cell_says_them(tmp_path, mark):
    def turned(name, text):
        if "worksheets/" in name:
            text = text.replace('<c r="B2" t="e">', "<c t='e' s='0' r='B2'>".replace("'", mark))
            text = text.replace('<c r="B3">', '<c s="0" r="B3">')
            text = text.replace("<c ", "<x:c ").replace("</c>", "</x:c>").replace("<f>", "<x:f>")
            text = text.replace("</f>", "</x:f>").replace("<v>", "<x:v>").replace("</v>", "</x:v>")
            text = text.replace("<v />", "<x:v/>").replace("<v/>", "<x:v/>").replace("<row", "<x:row")
            text = text.replace("</row", "</x:row").replace("sheetData", "x:sheetData")
            text = text.replace(
                "<worksheet ",
                '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ',
            ).replace("</worksheet", "</x:worksheet")
        return name, text

    with_errors(tmp_path / "a.xlsx")
    rewritten(tmp_path / "a.xlsx", turned)
    lines = read(tmp_path / "a.xlsx", sheet="数据")[1]
    assert [str(cells[1]) for _n, cells in lines] == ["#N/A", "=1+2"]


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.title, book.active.sheet_state = "旧", "hidden"
    book.create_sheet("空")
    for name, cell in (("旧", "old"), ("新", "new")):
        page = book[name] if name in book.sheetnames else book.create_sheet(name)
        page.append(["编号"])
        page.append([cell])
    book.active = 1
    book.save(path)
    sheet, lines = read(path)
    assert (sheet.sheet, lines) == ("新", [(2, ["new"])])
    assert read(path, sheet="旧")[1] == [(2, ["old"])]


RISKY = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("cell", RISKY)
def test_a_cell_that_would_run_is_written_as_text(tmp_path, cell):
    spreadsheets.write_csv(tmp_path / "a.csv", ["x"], [[cell]])
    raw = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig")
    assert raw.split("\n", 1)[1].strip('"').startswith("'")
    spreadsheets.write_xlsx(tmp_path / "a.xlsx", ["x"], [[cell]])
    written = openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"]
    assert written.data_type == "s"
    assert written.quotePrefix


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
    | st.integers(-(10**9), 10**9)
)
def test_negative_numbers_stay_as_they_are(number):
    assert spreadsheets.harmless(number) == number
    assert spreadsheets.harmless(str(number)) == str(number)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_a_list_goes_out_as_csv_and_comes_in_unchanged(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    cells = [c for c in cells if not c.startswith("'") and not c.isspace()] or ["x"]
    spreadsheets.write_csv(path, [f"n{i}" for i in range(len(cells))], [["x", *cells][: len(cells)], cells])
    assert read(path)[1][-1][1] == cells


def test_refused_rows_come_back_marked_and_explained(tmp_path):
    path = tmp_path / "a.xlsx"
    spreadsheets.marked(path, ["编号", "功率"], [(213, ["=x", "7500 W"], {1: "is not in kW."})])
    page = openpyxl.load_workbook(path).active
    assert [c.value for c in page[1]][:2] == ["编号", "功率"]
    assert page["B2"].value == "7500 W"
    assert page["B2"].comment.text == "is not in kW."
    assert page["B2"].fill.bgColor.rgb != "00000000"
    assert "213" in page["C2"].value
    assert page["A2"].data_type == "s"


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="../shared/data is not beside the project")
def test_a_trackers_utf16_file_is_read():
    sheet, lines = read(FOREIGN / "energy" / "gem_coal_mines_mongolia_utf16.csv")
    assert sheet.encoding == "utf-16"
    assert "country" in sheet.headers
    assert len(lines) == 27

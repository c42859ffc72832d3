"""Reading a paper: what is suggested, and the traps that reviewers know."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from huanxin.registry.papers import fields, lines, reading
from huanxin.registry.papers.lines import Line
from huanxin.registry.services import attach

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
INVOICE = [
    ("发票代码 115002521001", "发票号码 25152000000012345678"),
    ("开票日期 2026年03月05日", "机打号码 00482213"),
    ("购买方名称 娜仁", "身份证号码 152502198603120021"),
    ("发动机号码 DM20A8812345", "车辆识别代号/车架号码 LGXCE6CD2R0123456"),
    ("价税合计 ⊗壹拾伍万元整", "小写 ¥150,000.00"),
    ("增值税税额 ¥17256.64", "不含税价 小写 ¥132743.36"),
]
REGISTRATION = [
    ("2.登记机关 锡林郭勒盟公安局交警支队", "3.登记日期 2011-06-01"),
    ("4.机动车登记编号 蒙H12345", "5.车辆类型 小型轿车"),
    ("9.车辆识别代号/车架号", "LSVAG2180B2123456"),
    ("10.发动机号", "11.发动机型号"),
    ("CFB0123456", "CFB01"),
    ("32.发证日期 2018-07-15", "档案编号 152500123456"),
]


def boxes(rows: list[tuple[str, ...]]) -> list[Line]:
    """Rows of boxes as a reader gives them, 40 pixels high, the second column at 700."""
    return [
        Line(text, 60 + 640 * column, 100 * row, 60 + 640 * column + 20 * len(text), 100 * row + 40)
        for row, found in enumerate(rows)
        for column, text in enumerate(found)
    ]


def told(rows: list[tuple[str, ...]]) -> dict[str, str]:
    read = fields.found(boxes(rows))
    assert len({one.name for one in read}) == len(read), "each field once"
    return {one.name: one.value for one in read}


def test_an_invoice_says_its_number_day_total_and_vehicle() -> None:
    assert told(INVOICE) == {
        "vin": "LGXCE6CD2R0123456",
        "engine_no": "DM20A8812345",
        "invoice_no": "25152000000012345678",
        "invoiced_on": "2026-03-05",
        "total": "150000.00",
    }


def test_a_certificate_says_when_it_was_registered_not_when_it_was_issued() -> None:
    assert told(REGISTRATION) == {
        "vin": "LSVAG2180B2123456",
        "engine_no": "CFB0123456",
        "registered_on": "2011-06-01",
        "plate": "蒙H12345",
    }


@pytest.mark.parametrize(
    "row",
    [
        ("发动机型号 CFB0123", ""),
        ("发证日期 2018-07-15", ""),
        ("转移登记日期 2018-07-15", ""),
        ("档案编号 152500123456", ""),
        ("发票代码 11500252", "机打号码 00482213"),
        ("不含税价 小写 ¥132743.36", "税额 ¥17256.64"),
        ("开票日期 2026年13月05日", ""),
        ("合格证号 LGXCE6CD2R0123456", ""),
    ],
    ids=lambda row: row[0].split()[0],
)
def test_what_only_looks_like_it_is_left_out(row: tuple[str, str]) -> None:
    assert told([row]) == {}


def test_an_engine_number_is_not_taken_from_the_model_beside_it() -> None:
    assert told([("发动机号", "发动机型号"), ("", "CFB01")]) == {}


def test_a_net_price_is_not_the_total_though_it_stands_in_the_same_row() -> None:
    assert told([("价税合计 壹拾伍万元整", "不含税价 132743.36")]) == {}


def test_a_vehicle_number_has_no_letter_o() -> None:
    assert told([("车架号 LGXCE6CD2RO12345I", "")])["vin"] == "LGXCE6CD2R0123451"


def test_two_days_under_one_name_are_both_told() -> None:
    read = fields.found(boxes([("开票日期 2026-03-05", ""), ("开票日期 2026-03-06", "")]))
    assert [one.value for one in read] == ["2026-03-05", "2026-03-06"]


def test_a_pack_names_its_facts_as_the_papers_do() -> None:
    assert reading.field_of(["开票日期", "发票日期"]) == "invoiced_on"
    assert reading.field_of(["旧车登记日期"]) == "registered_on"
    assert reading.field_of(["价税合计", "新车价格"]) == "total"
    assert reading.field_of(["旧车燃料种类"]) == ""


@pytest.mark.django_db
def test_without_the_reader_it_is_said(batu: User) -> None:
    if reading.can_read():
        pytest.skip("the extra `ocr` is installed here")
    paper = attach(drawn(INVOICE, None), by=batu)
    with pytest.raises(reading.ReaderMissing, match="ocr"):
        reading.read_paper(paper)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [INVOICE, REGISTRATION], ids=["invoice", "certificate"])
def test_a_drawn_paper_is_read(batu: User, rows: list[tuple[str, ...]]) -> None:
    if not reading.can_read():
        pytest.skip("needs the extra `ocr`: pip install --require-hashes -r requirements/ocr.txt")
    font = next((path for path in FONTS if Path(path).is_file()), None)
    if font is None:
        pytest.skip("needs a Chinese font, e.g. fonts-noto-cjk")
    read = reading.read_paper(attach(drawn(rows, font), by=batu))
    assert {one.name: one.value for one in read} == told(rows)
    assert all(one.sure > 80 for one in read)


def test_words_of_a_pdf_are_read_without_a_machine() -> None:
    content = pdf_with("发票号码", "25152000000012345678", "开票日期 2026-03-05")
    read = fields.found(lines.lines_of(content, "application/pdf"))
    assert [(one.name, one.value) for one in read] == [
        ("invoice_no", "25152000000012345678"),
        ("invoiced_on", "2026-03-05"),
    ]


def pdf_with(*words: str) -> bytes:
    """A PDF that holds words, as electronic invoices do."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/STSong-Light"),
            NameObject("/Encoding"): NameObject("/GBK-EUC-H"),
        }
    )
    made = PdfWriter()
    page = made.add_blank_page(width=400, height=400)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    shown = "".join(f"<{line.encode('gbk').hex()}> Tj 0 -20 Td " for line in words)
    stream = StreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 300 Td {shown}ET".encode())
    page[NameObject("/Contents")] = made._add_object(stream)
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def drawn(rows: list[tuple[str, ...]], font: str | None) -> bytes:
    paper = Image.new("RGB", (1400, 150 + 85 * len(rows)), "white")
    pen = ImageDraw.Draw(paper)
    letters = ImageFont.truetype(font, 30) if font else None
    for n, row in enumerate(rows):
        for column, text in enumerate(row):
            words = text if letters else text.encode("ascii", "replace").decode()
            pen.text((60 + 660 * column, 100 + 85 * n), words, font=letters, fill="black")
        pen.line((40, 85 + 85 * n, 1360, 85 + 85 * n), fill="black")
    out = io.BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()

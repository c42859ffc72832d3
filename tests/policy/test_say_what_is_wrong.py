"""The mistakes that officers make in a pack of their own: each is said in words, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import small_packs
from tests.policy.test_use_the_command import huanxin

if TYPE_CHECKING:
    from pathlib import Path

CASES = """\
- case: {zh: 三级, en: Third grade}
  on: 2024-01-01
  facts: {power_kw: 20, grade: c}
  expect: {verdict: must}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return small_packs.write_all(tmp_path / "own")


def said(own: Path, *arguments: str, lang: str = "en", stdin: str = "") -> str:
    done = huanxin(*arguments, stdin=stdin, HUANXIN_PACKS=str(own), HUANXIN_LANG=lang)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def with_cases(own: Path, text: str) -> None:
    (own / "limits" / "test-pump-grade" / "cases.yaml").write_text(text, encoding="utf-8")


def test_a_choice_that_is_none_is_said_in_chinese_with_the_codes_that_a_file_needs(own: Path) -> None:
    with_cases(own, CASES.replace("grade: c", "grade: cc"))
    for command in ("test", "check"):
        found = said(own, "packs", command, "test-pump-grade", lang="zh")
        assert "“cc”不在可选项里。请写其中之一：a（一级）；b（二级）；c（三级）" in found, found
    assert "Write one of: a (First); b (Second); c (Third)." in said(own, "packs", "test", "test-pump-grade")


@pytest.mark.parametrize(
    ("facts", "zh"),
    [
        ("in_service_on: 2024.13.01", "没有第 13 月"),
        ("power_kw: -1", "小于最小值"),
        ("power_kw: 1.234", "最多 2 位小数"),
        ("power_kw: viel", "不是数字"),
        ("powr_kw: 1", "是不是：power_kw？"),
    ],
)
def test_a_bad_fact_of_a_case_is_said_in_chinese(own: Path, facts: str, zh: str) -> None:
    with_cases(own, CASES.replace("power_kw: 20, grade: c", facts))
    found = said(own, "packs", "test", "test-pump-grade", lang="zh")
    assert zh in found and "is " not in found, found


def test_a_case_names_verdicts_in_words_and_those_there_are(own: Path) -> None:
    with_cases(own, CASES.replace("verdict: must", "verdict: fine"))
    found = said(own, "packs", "test", "test-pump-grade", lang="zh")
    assert "（fine）" in found and "（must）" in found, found
    with_cases(own, CASES.replace("verdict: must", "verdict: ok, checks: {no_third_grad: true}"))
    found = said(own, "packs", "test", "test-pump-grade")
    assert "“ok” is no verdict of this kind of pack; write one of: must; should; examine" in found, found
    assert "Did you mean: no_third_grade?" in found, found


@pytest.mark.parametrize(
    ("text", "line", "zh"),
    [
        ("- case: x\n  on: 2024-01-01\n- case: y\n on: 2024-01-01\n", 4, "缩进要一致"),
        ("- case: 'x\n  on: 2024-01-01\n", 1, "没有后引号"),
        ("- case: {zh: x\n  on: 2024-01-01\n", 2, "没有关上"),
        ("- case: {zh: x}}\n", 1, "多余的右括号"),
    ],
)
def test_yaml_that_cannot_be_read_is_said_in_words_with_what_to_look_for(
    own: Path, text: str, line: int, zh: str
) -> None:
    with_cases(own, text)
    found = said(own, "packs", "test", "test-pump-grade", lang="zh")
    assert f"cases.yaml:{line}: " in found and zh in found, found
    assert "YAML 解析器原话" in found


def test_a_misspelt_pack_gets_five_names_at_most(own: Path) -> None:
    for command in ("show", "check", "test"):
        found = said(own, "packs", command, "test-pump-agee")
        assert "Did you mean: test-pump-age" in found and found.count(",") <= 4, found
    assert "`huanxin packs list`" in said(own, "packs", "show", "qqqqq")


def test_one_of_a_thing_is_said_in_the_singular(own: Path) -> None:
    with_cases(own, CASES.replace("verdict: must", "verdict: fine"))
    assert "1 case, 1 failed" in said(own, "packs", "test", "test-pump-grade")
    assert "1 pack, 2 problems" in said(own, "packs", "check", "test-pump-grade")


# What if -----------------------------------------------------------------------------------------------


def what_if(own: Path, rows: str, *arguments: str, lang: str = "en") -> str:
    file = own / "rows.csv"
    file.write_text(rows, encoding="utf-8")
    change = ("--on", "2024-06-01", "--set", "most_years=10")
    return said(own, "whatif", "test-pump-age", str(file), *change, *arguments, lang=lang)


def test_a_change_of_a_limit_counts_stricter_verdicts_and_no_money(own: Path) -> None:
    rows = "in_service_on\n2010-01-01\n2010-06-01\n2020-01-01\n"
    found = what_if(own, rows)
    assert "3 cases: 2 judged more strictly, 0 more mildly" in found and "uan" not in found, found
    assert "¥" not in what_if(own, rows, lang="zh")


def test_a_misspelt_column_and_a_fact_without_one_are_said(own: Path) -> None:
    found = what_if(own, "in_servce_on,colour\n2010-01-01,red\n")
    assert "“in_servce_on” is no fact and is left out. Did you mean: in_service_on?" in found, found
    assert "“colour” is no fact" in found and "No column gives in_service_on" in found, found


def test_a_bad_cell_is_said_with_its_row_column_and_what_to_write(own: Path) -> None:
    found = what_if(own, "in_service_on\n2010-01-01\nneulich\n", lang="zh")
    assert "rows.csv 第 3 行，列“in_service_on”" in found and "年-月-日" in found, found
    assert "Conversion" not in found


def test_a_spreadsheet_is_no_file_of_rows(own: Path) -> None:
    (own / "rows.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    change = ("--on", "2024-06-01", "--set", "most_years=10")
    found = said(own, "whatif", "test-pump-age", str(own / "rows.xlsx"), *change)
    assert "is a spreadsheet. Save it as CSV UTF-8" in found and "sniff" not in found, found


# Packs ---------------------------------------------------------------------------------------------------


def change(own: Path, old: str, new: str, pack: str = "limits/test-pump-age") -> None:
    file = own / pack / "pack.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        (
            "en: Most years}",
            "en: 17 years on 30 June, still 20}",
            13,
            "Put a text that holds a comma in quotes",
        ),
        (
            "< most_years",
            "> 5 MW",
            20,
            "“years_between(in_service_on, on) > 5 MW” cannot stand in a pack — Write numbers without a unit",
        ),
        ("on) < most", "on) < DATE '2024-01-01' and most", 20, "< DATE '2024-01-01'” compares"),
        ("value: 20", "value: twenty", 15, "“twenty” is not a number — Write it in digits alone"),
        ("unit: a", "unit: years", 12, "“years” is no unit that is known here — Did you mean: a?"),
        ("unit: a", "unit: banana", 12, "“banana” is no unit that is known here — The units there are"),
        ("asset: test-pump", "asset: testpump", 5, "Did you mean: test-pump?"),
    ],
)
def test_a_mistake_in_a_pack_is_said_at_its_line(
    own: Path, old: str, new: str, line: int, expected: str
) -> None:
    change(own, old, new)
    found = said(own, "packs", "check", "test-pump-age")
    assert any(f"pack.yaml:{line}: " in s and expected in s for s in found.splitlines()), found


def test_a_figure_without_a_unit_that_is_a_word_is_said_where_it_stands(own: Path) -> None:
    change(own, "    unit: a\n", "")
    change(own, "value: 20", "value: twenty")
    found = said(own, "packs", "check", "test-pump-age")
    assert "pack.yaml:11: the value of “most_years” is a text" in found, found


def test_units_are_said_in_words(own: Path) -> None:
    assert "20 年" in said(own, "packs", "show", "test-pump-age", lang="zh")
    assert "20 years" in said(own, "packs", "show", "test-pump-age")


# Days ----------------------------------------------------------------------------------------------------


def test_what_has_happened_has_happened_by_the_day_of_the_decision(own: Path) -> None:
    past = "in_service_on: {type: date, highest: today,"
    change(own, "in_service_on: {type: date,", past, "assets/test-pump")
    facts = "in_service_on: 2027-05-04\n"
    decide = ("decide", "test-pump-age", "-", "--on")
    found = said(own, *decide, "2026-07-01", stdin=facts, lang="zh")
    assert "还没有到" in found and "2026-07-01" in found and "符合" not in found, found
    assert "still to come" not in said(own, *decide, "2027-05-04", stdin=facts)


def test_a_decision_for_a_day_on_which_the_pack_is_not_in_force_says_so(own: Path) -> None:
    decide = ("decide", "test-pump-age", "-", "--on")
    facts = "in_service_on: 2010-01-01\n"
    assert "Not in force on 2019-12-31: 2020-01-01 –" in said(own, *decide, "2019-12-31", stdin=facts)
    assert "Not in force" not in said(own, *decide, "2020-01-01", stdin=facts)

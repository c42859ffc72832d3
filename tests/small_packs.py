"""A kind of thing and two rules on it, small enough to see through, written as a policy officer would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KIND = """\
pack: test-pump
title: {zh: 试验水泵, en: Test pump}
kind: asset
sector: industry
document: {zh: 试验文件, en: Test document}
source: tests
confidence: seen
identity: {fact: serial_no, scheme: serial}
name: name
in_service: in_service_on
measure: power_kw
columns: [name, power_kw, in_service_on]
facts:
  serial_no: {type: text, ask: {zh: 出厂编号, en: Serial number}}
  name: {type: text, ask: {zh: 名称, en: Name}}
  power_kw: {type: decimal, unit: kW, places: 2, lowest: 0, ask: {zh: 功率, en: Power}}
  in_service_on: {type: date, ask: {zh: 投运日期, en: In service on}}
  grade:
    type: choice
    of: {a: {zh: 一级, en: First}, b: {zh: 二级, en: Second}, c: {zh: 三级, en: Third}}
    ask: {zh: 能效等级, en: Grade}
"""

AGE = """\
pack: test-pump-age
title: {zh: 水泵年限, en: Age of pumps}
kind: limit
subject: asset
asset: test-pump
document: {zh: 试验〔2024〕1号, en: Test 1 (2024)}
source: tests
confidence: seen
in_force: {from: 2020-01-01}
parameters:
  most_years:
    unit: a
    says: {zh: 最长年限, en: Most years}
    values:
      - {from: 2020-01-01, value: MOST, source: tests, confidence: seen}
checks:
  - id: too_old
    says: {zh: 投运不满规定年限, en: In service for less than the given years}
    clause: 第一条
    holds: years_between(in_service_on, on) < most_years
    if_not: should
"""

GRADE = """\
pack: test-pump-grade
title: {zh: 水泵能效, en: Grade of pumps}
kind: limit
subject: asset
asset: test-pump
document: {zh: 试验〔2024〕2号, en: Test 2 (2024)}
source: tests
confidence: unverified
in_force: {from: 2020-01-01}
checks:
  - id: no_third_grade
    says: {zh: 不得为三级能效, en: Not of the third grade}
    clause: 第二条
    when: power_kw >= 10
    holds: grade <> 'c'
    if_not: must
"""


def write_kind(root: Path) -> Path:
    return _write(root, "assets", "test-pump", KIND, None)


def write_fan(root: Path) -> None:
    """Another kind, of another sector, with the age rule."""

    def of_fans(text: str) -> str:
        return text.replace("test-pump", "test-fan").replace("sector: industry", "sector: agriculture")

    case = (
        "- case: {zh: 缺日期, en: No date}\n  on: 2024-01-01\n  facts: {}\n"
        "  expect: {verdict: undecided, needs: [in_service_on]}\n"
    )
    _write(root, "assets", "test-fan", of_fans(KIND), None)
    _write(root, "limits", "test-fan-age", of_fans(AGE).replace("MOST", "20"), case)


def write_age(root: Path, *, most: int = 20) -> Path:
    """The age rule with a limit of so many years."""
    case = (
        "- case: {zh: 缺日期, en: No date}\n  on: 2024-01-01\n  facts: {}\n"
        "  expect: {verdict: undecided, needs: [in_service_on]}\n"
    )
    return _write(root, "limits", "test-pump-age", AGE.replace("MOST", str(most)), case)


def write_grade(root: Path, *, holds: str = "grade <> 'c'") -> Path:
    case = (
        "- case: {zh: 三级, en: Third grade}\n  on: 2024-01-01\n  facts: {power_kw: 20, grade: c}\n"
        "  expect: {verdict: must}\n"
    )
    return _write(root, "limits", "test-pump-grade", GRADE.replace("grade <> 'c'", holds), case)


def write_all(root: Path) -> Path:
    """The folder for `HUANXIN_PACKS`."""
    write_kind(root)
    write_age(root)
    write_grade(root)
    return root


def _write(root: Path, group: str, name: str, text: str, cases: str | None) -> Path:
    folder = root / group / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    if cases is not None:
        (folder / "cases.yaml").write_text(cases, encoding="utf-8")
    return folder

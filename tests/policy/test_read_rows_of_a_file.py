"""`huanxin whatif` reads the cells of a person's file as `huanxin decide` reads a fact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.policy.test_use_the_command import huanxin

if TYPE_CHECKING:
    from pathlib import Path

CASE = {
    "invoiced_on": "2024-09-01",
    "new_registered_on": "2024-09-01",
    "recycled_on": "2024-09-01",
    "deregistered_on": "2024-09-01",
    "same_person": "true",
    "old_is_passenger": "true",
    "old_fuel": "petrol",
    "old_registered_on": "2011-06-30",
    "old_owned_since": "2012-01-01",
    "new_fuel": "nev",
    "new_displacement": "1.5",
}
NEV = "新能源（列入减免购置税目录）"
COMMAND = ("whatif", "car-scrappage-2024")
CHANGE = ("--on", "2024-10-01", "--set", "amount_nev=30000")


def csv(tmp_path: Path, *rows: dict[str, str]) -> Path:
    lines = [",".join(CASE), *(",".join((CASE | row).values()) for row in rows)]
    (tmp_path / "claims.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "claims.csv"


def parquet(tmp_path: Path, columns: dict[str, str], n: int = 1) -> Path:
    """A file whose columns are the case's, some of them given as SQL, or left out where that is empty."""
    cells = {name: f"'{text}'" for name, text in CASE.items()} | columns
    select = ", ".join(f"{sql} AS {name}" for name, sql in cells.items() if sql)
    file = tmp_path / "claims.parquet"
    duckdb.connect().execute(f"COPY (SELECT {select} FROM range({n}) t(i)) TO '{file}' (FORMAT parquet)")
    return file


def tried(file: Path) -> tuple[int, str, str]:
    done = huanxin(*COMMAND, str(file), *CHANGE, "--json")
    assert done.returncode == 0, done.stderr
    plain = json.loads(done.stdout)
    return plain["n"], plain["amount_before"], plain["amount_after"]


def refused(file: Path, lang: str = "en") -> list[str]:
    done = huanxin(*COMMAND, str(file), *CHANGE, HUANXIN_LANG=lang)
    assert done.returncode == 1 and not done.stdout and "Traceback" not in done.stderr, done.stderr
    return done.stderr.splitlines()


def decided(row: dict[str, str]) -> str | None:
    facts = json.dumps(CASE | row, ensure_ascii=False)
    done = huanxin("decide", "car-scrappage-2024", "-", "--on", "2024-10-01", "--json", stdin=facts)
    return json.loads(done.stdout)["amount"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "row",
    [
        {"new_fuel": NEV},
        {"new_fuel": "NEV"},
        {"same_person": "是", "old_registered_on": "2011年6月30日"},
        {"old_is_passenger": "1", "recycled_on": "2024/9/1"},
        {"new_fuel": "petrol", "new_displacement": "１.6"},
        {"new_fuel": ""},
    ],
)
def test_a_row_of_a_csv_gets_the_money_that_its_case_gets(tmp_path: Path, row: dict[str, str]) -> None:
    amount = decided(row) or "0.00"
    assert tried(csv(tmp_path, row))[:2] == (1, amount)


def test_a_label_is_its_code_before_and_after(tmp_path: Path) -> None:
    rows = csv(tmp_path, {"new_fuel": NEV}, {"new_fuel": "NEV"}, {"new_fuel": "nev"})
    assert tried(rows) == (3, "60000.00", "90000.00")


def test_too_many_decimals_are_refused_with_row_column_and_what_to_write(tmp_path: Path) -> None:
    bad = {"new_fuel": "petrol", "new_displacement": "2.0004"}
    (found,) = refused(csv(tmp_path, {}, bad))
    assert "claims.csv, row 3, column “new_displacement”: “2.0004” has too many decimals" in found
    assert "At most" in found
    (found,) = refused(csv(tmp_path, {}, bad), lang="zh")
    assert "claims.csv 第 3 行，列“new_displacement”" in found and "小数位太多" in found


def test_a_day_to_come_is_refused_as_decide_refuses_it(tmp_path: Path) -> None:
    (found,) = refused(csv(tmp_path, {"invoiced_on": "2024-10-02"}))
    assert "row 2, column “invoiced_on”" in found and "still to come" in found


def test_the_first_twenty_bad_cells_are_said_each_once_and_the_rest_counted(tmp_path: Path) -> None:
    rows = [{"new_fuel": f"fuel {n}", "same_person": "vielleicht"} for n in range(30)]
    found = refused(csv(tmp_path, {}, *rows))
    assert len(found) == 21 and found[-1] == "… and 11 more"
    assert any("row 3 and 29 more, column “same_person”: “vielleicht”" in line for line in found[:2])
    assert "column “new_fuel”: “fuel 18”" in found[19]
    assert "还有" in refused(csv(tmp_path, {}, *rows), lang="zh")[-1]


def test_every_line_after_the_headings_is_a_row(tmp_path: Path) -> None:
    file = csv(tmp_path, {}, {})
    head, first, second = file.read_text(encoding="utf-8").split()
    file.write_text(f"{head}\n#{first}\n{second}\n", encoding="utf-8")
    (found,) = refused(file)
    assert "row 2, column “invoiced_on”: “#2024-09-01” is not a whole date" in found


def test_a_parquet_file_is_read_so_where_its_columns_are_not_of_the_type_yet(tmp_path: Path) -> None:
    typed = {"invoiced_on": "DATE '2024-09-01'", "same_person": "true", "new_fuel": f"'{NEV}'"}
    assert tried(parquet(tmp_path, typed, 3)) == (3, "60000.00", "90000.00")
    noise = {"new_fuel": "'petrol'", "new_displacement": "1.1::DOUBLE + 0.2", "old_fuel": "'汽油'"}
    assert tried(parquet(tmp_path, noise)) == (1, "15000.00", "15000.00")
    (found,) = refused(parquet(tmp_path, {"new_displacement": "2.0004::DOUBLE"}))
    assert "claims.parquet, row 1, column “new_displacement”: “2.0004” has too many decimals" in found


def test_many_different_cells_are_each_read(tmp_path: Path) -> None:
    days = "(DATE '1950-01-01' + i::INTEGER)::VARCHAR"
    file = parquet(tmp_path, {"old_owned_since": days, "new_displacement": ""}, 25_000)
    assert tried(file) == (25_000, "500000000.00", "750000000.00")


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-inf", "1e999999", "3_0000", "viel"])
def test_a_figure_is_set_to_a_number_alone(tmp_path: Path, value: str) -> None:
    change = ("--on", "2024-10-01", "--set", f"amount_nev={value}")
    done = huanxin(*COMMAND, str(csv(tmp_path, {})), *change)
    assert done.returncode == 1 and f"“{value}” cannot stand for amount_nev" in done.stderr, done.stderr

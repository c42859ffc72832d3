"""One decision with reasons, in process: its median, against a bare one-row query of the same facts."""

from __future__ import annotations

import datetime as dt
import statistics
import time

import duckdb
from sidebyside import Report

from huanxin import policy

ON = dt.date(2026, 6, 1)
FACTS = {
    "invoiced_on": dt.date(2026, 5, 2),
    "new_registered_on": dt.date(2026, 5, 2),
    "recycled_on": dt.date(2026, 5, 2),
    "deregistered_on": dt.date(2026, 5, 2),
    "same_province": True,
    "claimed_this_year": False,
    "same_person": True,
    "old_is_passenger": True,
    "old_fuel": "petrol",
    "old_registered_on": dt.date(2013, 6, 30),
    "old_owned_since": dt.date(2013, 7, 1),
    "new_fuel": "nev",
    "price": 150000,
}
BARE = """
SELECT $1::DATE <= DATE '2026-12-31' AS in_force, $2::VARCHAR = 'nev' AS new_car,
  $3::DATE <= t.last_day AS old_car, least($4::DECIMAL(18,2) * 0.12, 20000) AS amount
FROM (SELECT $5::VARCHAR AS fuel) c
LEFT JOIN (VALUES ('petrol', DATE '2013-06-30'), ('diesel', DATE '2015-06-30')) t(fuel, last_day)
  USING (fuel)"""


def main() -> None:
    pack = policy.Library([policy.pack_folders()[0]]).pack("car-scrappage-2026")
    connection = duckdb.connect(config={"threads": 1})
    given = [FACTS[n] for n in ("invoiced_on", "new_fuel", "old_registered_on", "price", "old_fuel")]
    taken: dict[str, list[float]] = {"decide": [], "bare": []}
    for number in range(600):
        began = time.perf_counter()
        decision = policy.decide(pack, FACTS, ON)
        between = time.perf_counter()
        connection.execute(BARE, given).fetchall()
        done = time.perf_counter()
        if number >= 100:
            taken["decide"].append(between - began)
            taken["bare"].append(done - between)
    assert decision.verdict == "eligible" and str(decision.amount) == "18000.00"
    ours, bare = (statistics.median(taken[name]) for name in ("decide", "bare"))
    report = Report("One decision with reasons")
    report.row("decide, 13 facts, 12 checks, amount, reasons", "bare one-row query", ours / bare, most=2.5)
    report.note("median", f"{ours * 1000:.2f} ms")
    report.finish()


if __name__ == "__main__":
    main()

"""The rules of `gas-pipe-ageing` for openfisca-core: Parquet in, every check out; prints the seconds it took.

A missing fact becomes openfisca's default, for it knows no third value. Choices go in as words, as its
documentation shows, or as its own small numbers (`codes`), made here by Arrow faster than openfisca does it.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openfisca_core import periods
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

ON = "2026-03"


class Material(Enum):
    unknown = "unknown"
    grey_iron = "grey_iron"
    ductile_iron = "ductile_iron"
    steel = "steel"
    pe = "pe"


class Assessment(Enum):
    unknown = "unknown"
    none = "none"
    safe = "safe"
    unsafe = "unsafe"


pipe = Entity("pipe", "pipes", "A gas pipe section", "")


class material(Variable):
    value_type, possible_values, default_value = Enum, Material, Material.unknown
    entity, definition_period = pipe, periods.DateUnit.ETERNITY


class assessment(Variable):
    value_type, possible_values, default_value = Enum, Assessment, Assessment.unknown
    entity, definition_period = pipe, periods.DateUnit.ETERNITY


class months_in_use(Variable):
    value_type, entity, definition_period = int, pipe, periods.DateUnit.MONTH


class is_old(Variable):
    value_type, entity, definition_period = bool, pipe, periods.DateUnit.MONTH

    def formula(p, period):
        of = p("material", period)
        return ((of == Material.steel) + (of == Material.pe)) * (p("months_in_use", period) >= 240)


class grey_iron(Variable):
    value_type, entity, definition_period = bool, pipe, periods.DateUnit.MONTH

    def formula(p, period):
        return p("material", period) != Material.grey_iron


class ductile_iron(Variable):
    value_type, entity, definition_period = bool, pipe, periods.DateUnit.MONTH

    def formula(p, period):
        unsafe = p("assessment", period) == Assessment.unsafe
        return np.logical_not((p("material", period) == Material.ductile_iron) * unsafe)


class old_and_unsafe(Variable):
    value_type, entity, definition_period = bool, pipe, periods.DateUnit.MONTH

    def formula(p, period):
        return np.logical_not(p("is_old", period) * (p("assessment", period) == Assessment.unsafe))


class assessed(Variable):
    value_type, entity, definition_period = bool, pipe, periods.DateUnit.MONTH

    def formula(p, period):
        due = p("is_old", period) + (p("material", period) == Material.ductile_iron)
        return np.logical_not(due * (p("assessment", period) == Assessment.none))


class Verdict(Enum):
    fine = "fine"
    examine = "examine"
    must = "must"


class verdict(Variable):
    value_type, possible_values, default_value = Enum, Verdict, Verdict.fine
    entity, definition_period = pipe, periods.DateUnit.MONTH

    def formula(p, period):
        bad = np.logical_not(p("grey_iron", period) * p("ductile_iron", period) * p("old_and_unsafe", period))
        return np.select(
            [bad, np.logical_not(p("assessed", period))], [Verdict.must, Verdict.examine], Verdict.fine
        )


def codes(column: pa.ChunkedArray, kind: type[Enum]) -> EnumArray:
    """The choices as openfisca keeps them: a small number for each."""
    encoded = column.combine_chunks().dictionary_encode()
    places = np.array(
        [list(kind.names).index(name) for name in encoded.dictionary.to_pylist()] + [0], dtype=np.uint8
    )
    index = encoded.indices.fill_null(len(places) - 1).to_numpy(zero_copy_only=False)
    return EnumArray(places[index], kind)


def words(column: pa.ChunkedArray) -> np.ndarray:
    """The choices as words, for openfisca to encode."""
    return column.combine_chunks().fill_null("unknown").to_numpy(zero_copy_only=False).astype("U12")


def main(cases: str, out: str, given_as: str) -> None:
    began = time.perf_counter()
    system = TaxBenefitSystem([pipe])
    system.add_variables(
        material,
        assessment,
        months_in_use,
        is_old,
        grey_iron,
        ductile_iron,
        old_and_unsafe,
        assessed,
        verdict,
    )
    given = pq.read_table(cases, columns=["asset", "place", "length_m", "material", "laid_on", "assessment"])
    simulation = SimulationBuilder().build_default_simulation(system, count=given.num_rows)
    laid = given["laid_on"].combine_chunks().fill_null(np.datetime64("2026-03-01").astype(object))
    days = laid.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    late = (days - months.astype("datetime64[D]")).astype(int) > 0
    passed = (np.datetime64(ON, "M") - months).astype(int) - late
    for name, kind in (("material", Material), ("assessment", Assessment)):
        choices = codes(given[name], kind) if given_as == "codes" else words(given[name])
        simulation.set_input(name, periods.ETERNITY, choices)
    simulation.set_input("months_in_use", ON, passed)
    columns = {name: given[name] for name in ("asset", "place", "length_m")}
    columns["verdict"] = pa.array(simulation.calculate("verdict", ON).decode_to_str())
    for name in ("grey_iron", "ductile_iron", "old_and_unsafe", "assessed"):
        columns[name] = pa.array(simulation.calculate(name, ON))
    pq.write_table(pa.table(columns), out, compression="zstd")
    print(time.perf_counter() - began)


main(*sys.argv[1:])

"""Lines of one sheet that name the same thing: compared, held back, and counted only once they are in."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from django.db import OperationalError, connection

from huanxin.foundation.lib.spreadsheets import SheetError
from huanxin.registry import services
from huanxin.registry.importing.parsing import Row
from huanxin.registry.importing.writing import Writer
from huanxin.registry.models import Asset, Import

from .conftest import GOOD, PUMP, refused, state, told

pytestmark = pytest.mark.usefixtures("office")


def test_a_sheet_whose_lines_mostly_name_the_same_things_is_refused_before_anything_is_in(write):
    pairs = [[f"SN-{n}", "泵", "5", "", "", "1525"] for n in range(20_001) for _twice in range(2)]
    for rows in (pairs, [["无", f"泵{n}", "5", "", "", ""] for n in range(20_002)]):
        before = state()
        with pytest.raises(SheetError, match="出厂编号") as stopped:
            services.import_assets(write(rows), PUMP, by=None)
        assert "20000 lines" in str(stopped.value)
        assert state() == before
        assert not Import.objects.exists()
    assert told(services.import_assets(write(pairs[:6]), PUMP, by=None)) == (3, 0, 3, 0)


def test_one_thing_on_very_many_lines_comes_back_with_the_first_of_them_named(write, settings):
    rows = [["无", f"泵{n}", "5", "", "", ""] for n in range(3000)]
    record = services.import_assets(write(rows), PUMP, by=None)
    assert told(record) == (0, 0, 0, 3000)
    said = [row[-1] for row in refused(record, settings)[1:]]
    assert "line 3、4、5、6、7、8、9、10、11、12、… name" in said[0]
    assert "Line 3001 and line 2、3、" in said[-1]


def test_of_a_thing_told_in_two_ways_no_line_counts_as_in(write):
    rows = [GOOD, [*GOOD], ["SN-1", "另一台", "9", "", "", ""]]
    assert told(services.import_assets(write(rows), PUMP, by=None)) == (0, 0, 0, 3)


def test_equal_lines_on_a_thing_that_lies_elsewhere_are_all_refused(write):
    rows = [[*GOOD[:5], "赤峰市"]] * 3
    assert told(services.import_assets(write(rows), PUMP, by=None, within=("1525",))) == (0, 0, 0, 3)


def test_lines_held_back_until_the_end_count_as_in_only_once_they_are(write):
    sheet = write([GOOD, *[["SN-2", "二号泵", "3", "", "", ""]] * 3, ["SN-3", "", "", "", "", ""], ["", "x"]])
    with a_full_disk_at(2), pytest.raises(services.ImportStopped) as stopped:
        services.import_assets(sheet, PUMP, by=None)
    assert "after 2 rows, which are in" in str(stopped.value)
    record = stopped.value.record
    assert (record.n_rows, told(record)) == (3, (2, 0, 0, 1))
    assert Asset.objects.count() == 2
    assert told(services.import_assets(sheet, PUMP, by=None)) == (1, 0, 4, 1)


@contextlib.contextmanager
def a_full_disk_at(deed: int):
    """The database fails as on a full disk when the import notes for the `deed`-th time how far it is."""
    notes = itertools.count(1)

    def execute(run, sql, params, many, context):
        if sql.startswith('UPDATE "registry_import" SET "n_rows"') and next(notes) == deed:
            raise OperationalError("database or disk is full")
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


def test_two_rows_of_one_identity_are_never_written_at_once():
    row = Row(
        2,
        (),
        "SN-1",
        b"1",
        "一号泵",
        "{}",
        None,
        None,
        None,
        Asset.PlaceState.UNKNOWN,
        None,
        False,
        None,
        b"a",
    )
    writer = Writer(PUMP, scheme="serial", import_id=1, by_id=None, source="", sample=False)
    with pytest.raises(ValueError, match="2 and 7"):
        writer.write([row, row._replace(line=7, digest=b"b")])
    assert not Asset.objects.exists()


def test_marks_that_nobody_sees_make_no_other_thing(write):
    rows = [["ZW1", "泵", "5", "", "", "1525"], ["ZW\u200b1\ufeff", "泵", "5", "", "", "1525"]]
    assert told(services.import_assets(write(rows), PUMP, by=None)) == (1, 0, 1, 0)
    assert Asset.objects.count() == 1

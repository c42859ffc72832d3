"""Kinds small enough to see through, places loaded, sheets written as offices write them."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from django.utils import translation

from huanxin.registry import services
from tests import small_packs

PUMP = "test-pump"
CAR = "test-car"
HEADERS = ["出厂编号", "名称", "功率", "投运日期", "能效等级", "所在地"]
GOOD = ["SN-1", "一号泵", "5.5", "2010-05-01", "一级", "锡林浩特市"]

_CAR = """\
pack: test-car
title: {zh: 试验汽车, en: Test car}
kind: asset
sector: transport
document: {zh: 试验文件, en: Test document}
source: tests
confidence: seen
identity: {fact: vin, scheme: vin}
name: model
in_service: registered_year
facts:
  vin: {type: text, ask: {zh: 车辆识别代号, en: VIN}}
  model: {type: text, ask: {zh: 车型, en: Model}}
  registered_year: {type: integer, lowest: 1950, highest: 2100, ask: {zh: 注册年份, en: Year}}
  electric: {type: boolean, ask: {zh: 新能源, en: Electric}}
"""


@pytest.fixture(autouse=True)
def english():
    """Messages are compared in English, whatever the catalogues hold."""
    with translation.override("en"):
        yield


@pytest.fixture
def packs(tmp_path, monkeypatch):
    root = small_packs.write_all(tmp_path / "packs")
    folder = Path(root) / "assets" / CAR
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(_CAR, encoding="utf-8")
    monkeypatch.setenv("HUANXIN_PACKS", str(root))
    return root


@pytest.fixture
def office(packs, db):
    """An office with its places and no things."""
    services.load_places()


@pytest.fixture
def write(tmp_path):
    """Writes a sheet: `write([rows])`, as CSV unless the name says .xlsx; the first row are the headings."""

    def write(rows, name="pumps.csv", encoding="utf-8", headers=HEADERS):
        path = tmp_path / name
        if name.endswith(".xlsx"):
            book = openpyxl.Workbook()
            for row in [headers, *rows]:
                book.active.append(row)
            book.save(path)
        else:
            with path.open("w", encoding=encoding, newline="") as stream:
                csv.writer(stream).writerows([headers, *rows])
        return path

    return write


def state() -> list[tuple[object, ...]]:
    """Everything that is registered and everything that happened, for comparing before and after."""
    from huanxin.registry.models import Asset, LifeEvent, Party

    things = Asset.objects.order_by("id").values_list(
        "kind", "identity_shown", "name", "place_id", "place_state", "attributes", "holder_id", "changed"
    )
    return [*things, LifeEvent.objects.count(), Party.objects.count()]


def told(record) -> tuple[int, int, int, int]:
    return record.n_new, record.n_changed, record.n_unchanged, record.n_refused


def refused(record, settings) -> list[tuple[object, ...]]:
    """The rows of the marked sheet, its headings first, what is wrong last in each."""
    page = openpyxl.load_workbook(settings.VAR / record.error_sheet).active
    return list(page.iter_rows(values_only=True))

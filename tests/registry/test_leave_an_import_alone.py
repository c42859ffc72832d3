"""A large sheet goes in by itself: its page may be left, says how far it is, and when it fell silent."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from huanxin.registry import services
from huanxin.registry.importing import background
from huanxin.registry.models import Asset, Import
from tests import small_packs

KIND = "test-pump"
HEADINGS = "出厂编号,名称,功率,投运日期,盟市"
ROWS = [f"SN-{n:05d},{n}号泵,5,2010-05-01,呼和浩特市" for n in range(5000)]


@pytest.fixture
def office(tmp_path, monkeypatch, settings, transactional_db):
    """An office whose database and keys another process finds too."""
    monkeypatch.setenv("HUANXIN_PACKS", str(small_packs.write_all(tmp_path / "packs")))
    shutil.copytree(Path(os.environ["HUANXIN_VAR"]) / "dev-keys", settings.VAR / "dev-keys")
    monkeypatch.setenv("HUANXIN_VAR", str(settings.VAR))
    found = connection.settings_dict
    url = f"sqlite:///{found['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://{found['USER']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    monkeypatch.setenv("DATABASE_URL", url)
    services.load_places()


def send(client, lines):
    file = SimpleUploadedFile("pumps.csv", "\n".join([HEADINGS, *lines]).encode())
    asked = client.post(reverse("registry:new_import"), {"kind": KIND, "file": file})
    columns = {column.heading: column.target for column in asked.context["columns"]}
    return client.post(
        reverse("registry:columns"),
        {"sheet": asked.context["sheet"].ticket, "heading": list(columns), "target": list(columns.values())},
    )


def waited_for(client, record, most_s=60):
    ends = time.monotonic() + most_s
    address = reverse("registry:import_progress", args=[record.pk])
    while "HX-Refresh" not in client.get(address):
        assert time.monotonic() < ends, "the import did not end"
        time.sleep(0.2)
    record.refresh_from_db()
    return record


def test_a_large_sheet_goes_in_without_the_page(office, client, li_jing):
    client.force_login(li_jing)
    rows = [row.replace("号泵", "号泵" + "，备用" * 50) for row in ROWS]
    assert sum(len(row.encode()) for row in rows) > background.LARGE
    answer = send(client, [*rows, "SN-X,坏泵,很大,2010-05-01,包头市"])
    record = Import.objects.get()
    assert answer.url == reverse("registry:import", args=[record.pk])
    record = waited_for(client, record)
    assert record.state == Import.State.DONE
    assert (record.n_lines, record.n_new, record.n_refused) == (5001, 5000, 1)
    assert Asset.objects.count() == 5000


def test_what_a_large_sheet_is_refused_for_stands_on_its_page(office, client, li_jing):
    client.force_login(li_jing)
    file = SimpleUploadedFile("pumps.csv", "\n".join([HEADINGS, *ROWS[:3]]).encode())
    sheet = background.staging.keep(file, KIND, "", "", sample=False)
    record = services.open_import(sheet.path, KIND, by=li_jing, file_name=sheet.name)
    # Damaged between the page and the process that reads it.
    sheet.path.write_bytes(b"")
    told = {"record": record.pk, "ticket": sheet.ticket, "mapping": {}, "by": li_jing.pk, "language": "en"}
    assert background.carry_out(told).state == Import.State.STOPPED
    answer = client.get(reverse("registry:import", args=[record.pk]))
    assert answer.context["record"].stopped_by in answer.content.decode()


def test_a_silent_import_is_no_longer_called_running(office, client, li_jing, tmp_path):
    client.force_login(li_jing)
    path = tmp_path / "pumps.csv"
    path.write_text("\n".join([HEADINGS, *ROWS[:3]]), encoding="utf-8")
    record = services.open_import(path, KIND, by=li_jing, file_name="pumps.csv")
    progress = reverse("registry:import_progress", args=[record.pk])
    assert "HX-Refresh" not in client.get(progress)
    Import.objects.update(beat_at=timezone.now() - dt.timedelta(hours=1))
    assert client.get(progress)["HX-Refresh"] == "true"
    record.refresh_from_db()
    assert record.state == Import.State.STOPPED
    assert services.import_assets(path, KIND, by=li_jing).n_new == 3

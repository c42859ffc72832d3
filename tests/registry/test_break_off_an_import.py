"""An import that is killed, or that runs into a full disk: run again, nothing is doubled and nothing lost."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from .conftest import HEADERS, PUMP

N_ROWS = 12_000
SERVER = os.environ.get("DATABASE_URL", "")
IS_POSTGRES = SERVER.startswith("postgres")

_COMMAND = """
import sys
from huanxin.cli import main
from huanxin.foundation.lib import progress
class Said:
    def __init__(self, what): pass
    def __enter__(self): return lambda done, total, what: print("ROWS", done, flush=True)
    def __exit__(self, *error): return None
if "say-progress" in sys.argv:
    sys.argv.remove("say-progress")
    progress.terminal = Said
if sys.argv[1].startswith("limit="):
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = int(sys.argv.pop(1)[6:])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
main()
"""
_COUNTS = """
import django, json; django.setup()
from huanxin.registry.models import Asset, Import, LifeEvent
lives = LifeEvent.objects.filter(what="registered")
print(json.dumps({"assets": Asset.objects.count(), "lives": lives.count(),
    "born": lives.values("asset").distinct().count(),
    "imports": list(Import.objects.order_by("id").values_list("state", flat=True))}))
"""


_PLACES = "import django; django.setup(); from huanxin.registry import services; services.load_places()"


class Office:
    """An office of its own, worked from outside by the command `huanxin`, as a person would."""

    def __init__(self, folder: Path, database: str) -> None:
        self.database = folder / "office.sqlite3"
        self.env = os.environ | {
            "HUANXIN_VAR": str(folder / "var"),
            "HUANXIN_LANG": "en",
            "DATABASE_URL": database or f"sqlite:///{self.database}",
            "DJANGO_SETTINGS_MODULE": "huanxin.web.settings",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", _COMMAND, *words]
        return subprocess.Popen(
            command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        child = self.start(*words)
        out, err = child.communicate(timeout=300)
        return child.returncode, out, err

    def bring_in(self, sheet: Path, *words: str) -> dict[str, object]:
        code, out, err = self.run("import", str(sheet), "--kind", PUMP, "--json", *words)
        assert code == 0, err
        return dict(json.loads(out))

    def counts(self) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-c", _COUNTS], env=self.env, capture_output=True, text=True, check=True
        )
        return dict(json.loads(done.stdout))


@pytest.fixture
def office(packs, tmp_path):
    database = ""
    if IS_POSTGRES:
        name = f"huanxin_broken_{os.getpid()}"
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name}")
            server.execute(f"CREATE DATABASE {name}")
        database = urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    made = Office(tmp_path, database)
    assert made.run("migrate")[0] == 0
    subprocess.run([sys.executable, "-c", _PLACES], env=made.env, check=True)
    yield made
    if IS_POSTGRES:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADERS)
        writer.writerows([f"SN-{n}", f"泵{n}", "5", "2010-05-01", "一级", "1525"] for n in range(N_ROWS))
    return path


WHOLE = {"assets": N_ROWS, "lives": N_ROWS, "born": N_ROWS}


def test_a_killed_import_run_again_doubles_nothing_and_loses_nothing(office, sheet):
    child = office.start("import", str(sheet), "--kind", PUMP, "say-progress")
    assert child.stdout is not None
    done = int(child.stdout.readline().split()[1])
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    before = office.counts()
    n_in = before["assets"]
    assert done <= n_in < N_ROWS
    assert before == {"assets": n_in, "lives": n_in, "born": n_in, "imports": ["running"]}

    record = office.bring_in(sheet)
    assert (record["new"], record["unchanged"]) == (N_ROWS - n_in, n_in)
    assert office.counts() == WHOLE | {"imports": ["stopped", "done"]}


@pytest.mark.skipif(IS_POSTGRES, reason="the server's disk is not ours to fill")
def test_a_full_disk_stops_the_import_with_a_message_and_keeps_what_is_in(office, sheet):
    raw = sqlite3.connect(office.database)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    limit = office.database.stat().st_size + 4_000_000
    code, out, err = office.run(f"limit={limit}", "import", str(sheet), "--kind", PUMP, "--json")
    assert code == 1, out + err
    assert "disk is full" in err
    assert "nothing is doubled, nothing is lost" in err
    before = office.counts()
    assert before["assets"] == before["lives"] == before["born"]
    assert 0 < before["assets"] < N_ROWS
    assert json.loads(out)["rows"] == before["assets"]

    record = office.bring_in(sheet)
    assert (record["new"], record["unchanged"]) == (N_ROWS - before["assets"], before["assets"])
    assert WHOLE.items() <= office.counts().items()


def test_two_imports_of_the_same_sheet_at_once_register_each_thing_once(office, sheet):
    children = [office.start("import", str(sheet), "--kind", PUMP, "--json") for _n in range(2)]
    told = []
    for child in children:
        out, err = child.communicate(timeout=300)
        assert child.returncode == 0, err
        told.append(json.loads(out))
    assert sum(t["new"] for t in told) == sum(t["unchanged"] for t in told) == N_ROWS
    assert WHOLE.items() <= office.counts().items()

"""The command as a person or a script uses it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def _run(var: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    around = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "HUANXIN_LANG", "LANG", "LC_ALL")
    }
    around |= {"HUANXIN_VAR": str(var), "HUANXIN_DEV": "1", "COLUMNS": "200", "PYTHONUTF8": "1"} | env
    command = [sys.executable, "-m", "huanxin.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, env=around, timeout=120, check=False)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("office")
    done = _run(var, "migrate")
    assert done.returncode == 0, done.stderr
    return var


def test_help_names_every_room_and_needs_no_database(tmp_path: Path) -> None:
    said = _run(tmp_path, "--help", LANG="en_US.UTF-8")
    assert said.returncode == 0
    for word in ("import", "screen", "packs", "decide", "serve", "people"):
        assert word in said.stdout
    assert not (tmp_path / "huanxin.sqlite3").exists()


def test_help_is_chinese_where_the_terminal_does_not_say_otherwise(tmp_path: Path) -> None:
    said = _run(tmp_path, "--help").stdout
    assert "导入" in said
    assert "Show this message" not in said
    assert "Usage" not in said


def test_no_help_is_cut_on_a_narrow_terminal(tmp_path: Path) -> None:
    """Chinese has no spaces to break at: lines once ended in the middle of a word."""
    for command in ((), ("programmes", "open"), ("import",), ("packs",)):
        said = _run(tmp_path, *command, "--help", COLUMNS="80").stdout
        assert "…" not in said
        assert "[required]" not in said


def test_a_command_before_the_database_is_set_up_says_what_to_run(tmp_path: Path) -> None:
    said = _run(tmp_path, "people", "list", LANG="en")
    assert said.returncode == 1
    assert "huanxin migrate" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_wrong_option_is_wrong_usage(tmp_path: Path) -> None:
    said = _run(tmp_path, "people", "list", "--jsonn")
    assert said.returncode == 2
    assert "--jsonn" in said.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("screen",), "缺少选项 --on。"),
        (("import",), "缺少参数 file。"),
        (("people", "list", "--jsonn"), "没有选项 --jsonn。是不是 --json？"),
        (("screen", "--on", "2026-13-01"), "--on：“2026-13-01”不是日期，请写成 2026-03-01 的样子。"),
        (("people", "token", "x", "--days", "many"), "--days：这里要写整数。"),
        (("people", "token", "x", "--days", "0"), "--days：不得小于 1。"),
        (("integrity", "bring", "x", "/nowhere.csv"), "file：没有文件“/nowhere.csv”。"),
        (("screeen",), "没有命令 screeen。是不是 'screen'？"),
    ],
)
def test_wrong_usage_is_said_in_the_readers_language(
    tmp_path: Path, args: tuple[str, ...], said: str
) -> None:
    found = _run(tmp_path, *args)
    assert found.returncode == 2
    assert said in found.stderr


def test_a_login_that_does_not_exist_is_a_mistake_that_can_be_mended(office: Path) -> None:
    said = _run(office, "people", "grant", "nobody", "reader", LANG="en")
    assert said.returncode == 1
    assert "nobody" in said.stderr
    assert "huanxin people list" in said.stderr


def test_mandates_are_given_and_listed(office: Path) -> None:
    assert (
        _run(office, "people", "add", "chen", HUANXIN_PASSWORD="a long horse on the steppe").returncode == 0
    )
    assert (
        _run(office, "people", "grant", "chen", "administrator", "15", "--until", "2099-12-31").returncode
        == 0
    )
    listed = json.loads(_run(office, "people", "list", "--json").stdout)
    assert {
        "login": "chen",
        "name": "",
        "role": "administrator",
        "place": "15",
        "until": "2099-12-31",
        "last_login": None,
    } in listed


def test_a_mistake_of_ours_gives_a_reference_number_and_keeps_the_details(tmp_path: Path) -> None:
    # A folder where the database file should be: nothing a person at the terminal has written wrongly.
    (tmp_path / "huanxin.sqlite3").mkdir()
    said = _run(tmp_path, "people", "list", LANG="en")
    assert said.returncode in (1, 3)
    assert "Traceback" not in said.stderr


def test_an_office_in_service_does_not_start_without_its_keys(tmp_path: Path) -> None:
    said = _run(tmp_path, "people", "list", HUANXIN_DEV="0")
    assert said.returncode == 1
    assert "HUANXIN_SECRET_KEY" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_second_demo_changes_nothing(office: Path) -> None:
    first = _run(office, "demo", "--quick")
    assert first.returncode == 0, first.stderr
    second = _run(office, "demo", "--quick")
    assert (second.returncode, second.stdout) == (0, "")

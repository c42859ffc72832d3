"""What docs/pack-format.md shows an office is run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from huanxin.policy.units import KNOWN
from tests.policy.test_use_the_command import huanxin

DOCS = (Path(__file__).parents[2] / "docs" / "pack-format.md").read_text(encoding="utf-8")


def test_the_units_that_are_listed_are_those_that_are_known() -> None:
    table = DOCS.partition("### Units")[2].partition("## Parameters")[0].partition("|---|")[2]
    assert set(re.findall(r"`([^`]+)`", table)) == KNOWN


def test_the_example_of_an_offices_own_packs_runs_as_it_stands(tmp_path: Path) -> None:
    example = DOCS.partition("## An office's own packs")[2]
    for name, text in re.findall(r"`(our-packs/[^`]+)`[^`]*```[a-z]+\n(.*?)```", example, re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    packs = str(tmp_path / "our-packs")
    checked = huanxin("packs", "check", "irrigation-pump", "irrigation-pump-2026", HUANXIN_PACKS=packs)
    assert checked.stdout.strip() == "2 packs, 0 problems", checked.stdout
    assert (
        "10 cases, 0 failed" in huanxin("packs", "test", "irrigation-pump-2026", HUANXIN_PACKS=packs).stdout
    )
    facts = re.search(r"echo '(.*?)'", example)
    assert facts is not None
    decided = huanxin(
        "decide", "irrigation-pump-2026", "-", "--on", "2026-07-01", stdin=facts[1], HUANXIN_PACKS=packs
    )
    assert "must go" in decided.stdout, decided.stdout + decided.stderr
    rows = re.search(r"printf '(.*?)'", example)
    assert rows is not None
    (tmp_path / "pumps.csv").write_text(rows[1].replace("\\n", "\n"), encoding="utf-8")
    tried = huanxin(
        *("whatif", "irrigation-pump-2026", str(tmp_path / "pumps.csv"), "--on", "2026-07-01"),
        *("--set", "most_years=10"),
        HUANXIN_PACKS=packs,
    )
    assert "1 case: 1 judged more strictly, 0 more mildly" in tried.stdout, tried.stdout + tried.stderr

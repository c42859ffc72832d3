"""The appliance pack of 2026 under another name and for decades, so that no test depends on the year."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from huanxin.rulebook import services as rulebook
from huanxin.rulebook.models import Release

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

PACK = "test-appliance"
_SOURCE = Path(__file__).resolve().parents[2] / "packs" / "benefits" / "appliance-2026" / "pack.yaml"
_CASE = """\
- case: {zh: 封顶, en: Capped}
  on: 2026-10-02
  facts: {bought_on: 2026-10-01, product_class: fridge, energy_grade: 1, price: 12000, filed_price: 12000, buyer_is_person: true, seller_is_listed: true, already_claimed: 0}
  expect: {verdict: eligible, amount: 1500.00}
"""  # noqa: E501


def release(by: User, second: User) -> str:
    """Put it in force, signed by two; its id. Again it changes nothing."""
    if Release.objects.filter(pack_id=PACK, countersigned_at__isnull=False).exists():
        return PACK
    text = _SOURCE.read_text(encoding="utf-8").replace("pack: appliance-2026", f"pack: {PACK}")
    text = re.sub(r"^supersedes:.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("from: 2026-01-01", "from: 2020-01-01").replace("to: 2026-12-31", "to: 2099-12-31")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / PACK
        home.mkdir()
        (home / "pack.yaml").write_text(text, encoding="utf-8")
        (home / "cases.yaml").write_text(_CASE, encoding="utf-8")
        rulebook.countersign(rulebook.propose(home, by=by), by=second)
    return PACK

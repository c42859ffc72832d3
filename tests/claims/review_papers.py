"""Papers drawn for the tests of claims: every one that a claim asks for, each looking different."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from huanxin.claims import queries, services
from huanxin.claims.filing import questions

if TYPE_CHECKING:
    from huanxin.claims.models import Claim, ClaimPaper
    from huanxin.foundation.access.models import User


def drawn(seed: object) -> bytes:
    """A small photograph that looks like no other with another seed."""
    dice = random.Random(str(seed))
    picture = Image.new("RGB", (400, 300), "white")
    pen = ImageDraw.Draw(picture)
    for _n in range(12):
        x, y = dice.randrange(400), dice.randrange(300)
        box = (x, y, x + dice.randrange(30, 150), y + dice.randrange(30, 150))
        pen.rectangle(box, fill=tuple(dice.randrange(256) for _c in range(3)))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def slots(claim: Claim) -> list[questions.Slot]:
    """The papers that a claim asks for."""
    pack, decision = queries.pack_of(claim.programme, claim.decided_on), queries.redecide(claim)
    return questions.papers_asked(pack, claim, decision.on, decision.needs)


def hand_in_all(claim: Claim, by: User) -> list[ClaimPaper]:
    """Every paper that the claim asks for."""
    handed_in = [
        services.add_paper(
            claim, drawn(f"{claim.number} {slot.name}"), slot.name, by=by, file_name=f"{slot.name}.jpg"
        )
        for slot in slots(claim)
    ]
    claim.refresh_from_db()
    return handed_in

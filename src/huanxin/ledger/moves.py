"""Which deed moves money from which stage to which; nothing else is a move."""

from __future__ import annotations

from .models import Account

_S = Account.Stage

MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "grant": ((_S.GRANTED, _S.AVAILABLE),),
    # Between two lanes of one budget: out of one, into the other, always in pairs.
    "level": ((_S.AVAILABLE, _S.GRANTED), (_S.GRANTED, _S.AVAILABLE)),
    "reserve": ((_S.AVAILABLE, _S.RESERVED),),
    "release": ((_S.RESERVED, _S.AVAILABLE), (_S.COMMITTED, _S.AVAILABLE)),
    "commit": ((_S.RESERVED, _S.COMMITTED),),
    "pay": ((_S.COMMITTED, _S.PAID),),
    "bounce": ((_S.PAID, _S.COMMITTED),),
    "recover": ((_S.PAID, _S.RECOVERED),),
    "put_back": ((_S.RECOVERED, _S.AVAILABLE),),
}

# Stages in which money stands for somebody; the other two are the budget's own.
HELD: tuple[str, ...] = (_S.RESERVED, _S.COMMITTED, _S.PAID, _S.RECOVERED)


def is_move(deed: str, debit: str, credit: str) -> bool:
    """Whether this deed moves money between these stages."""
    return (debit, credit) in MOVES.get(deed, ())

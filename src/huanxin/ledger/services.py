"""The ledger's door for whoever moves money."""

from .accounts.reservations import Request, reserve, reserve_many
from .accounts.services import (
    bounce,
    commit,
    grant,
    hold,
    open_budget,
    pay,
    pay_all,
    put_back,
    recover,
    release,
)
from .bankfiles import LayoutWrong
from .batches.following import follow_payments, let_follow
from .batches.holding_back import PaymentLine, ask_before_paying
from .batches.results import Difference, Results, read_results
from .batches.services import (
    abandon,
    bank_file,
    cancel_batch,
    confirm_late,
    hold_back,
    make_batch,
    retry,
    send_back,
    sign_batch,
)
from .naming import name_programmes
from .proving import Break, Verdict
from .proving import prove as verify
from .refusals import (
    BudgetExhausted,
    ChainBroken,
    LiveAlready,
    NoBudget,
    NothingToPay,
    NotThere,
    OtherAmount,
    ReasonNeeded,
    Refused,
    SamePerson,
    WithTheBank,
    WrongState,
)
from .rush import Choice

__all__ = [
    "Break",
    "BudgetExhausted",
    "ChainBroken",
    "Choice",
    "Difference",
    "LayoutWrong",
    "LiveAlready",
    "NoBudget",
    "NotThere",
    "NothingToPay",
    "OtherAmount",
    "PaymentLine",
    "ReasonNeeded",
    "Refused",
    "Request",
    "Results",
    "SamePerson",
    "Verdict",
    "WithTheBank",
    "WrongState",
    "abandon",
    "ask_before_paying",
    "bank_file",
    "bounce",
    "cancel_batch",
    "commit",
    "confirm_late",
    "follow_payments",
    "grant",
    "hold",
    "hold_back",
    "let_follow",
    "make_batch",
    "name_programmes",
    "open_budget",
    "pay",
    "pay_all",
    "put_back",
    "read_results",
    "recover",
    "release",
    "reserve",
    "reserve_many",
    "retry",
    "send_back",
    "sign_batch",
    "verify",
]

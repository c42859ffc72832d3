"""The door of claims for whoever changes them."""

from .filing.services import discard, number_for, save_answers, send, start, submit
from .life.services import drawn, follow, proof_arrived, release_queue, take_step
from .papers import PapersClosed, TooManyPapers, add_paper, remove_paper
from .programmes.services import close, open_programme, pause, resume, set_quota
from .refusals import (
    AlreadyClaimed,
    BadAnswers,
    Blocked,
    NotAllowed,
    NotEntitled,
    NotOpen,
    NotYours,
    Overtaken,
    OwnClaim,
    PapersMissing,
    QuotaReached,
    ReasonNeeded,
    Refused,
    SecondStep,
    StillOpen,
    UnknownClaim,
    UnknownProgramme,
    WrongDesk,
)
from .sales.services import enter_sale, settle_sale, undo_sale, unsettle_sale
from .top_ups.services import TopUp, file_top_ups, find_top_ups

__all__ = [
    "AlreadyClaimed", "BadAnswers", "Blocked", "NotAllowed", "NotEntitled", "NotOpen", "NotYours",
    "Overtaken", "OwnClaim", "PapersClosed", "PapersMissing", "QuotaReached", "ReasonNeeded", "Refused",
    "SecondStep", "StillOpen", "TooManyPapers", "TopUp", "UnknownClaim", "UnknownProgramme", "WrongDesk",
    "add_paper",
    "close", "discard", "drawn", "enter_sale", "file_top_ups", "find_top_ups", "follow", "number_for",
    "open_programme", "pause", "proof_arrived", "release_queue", "remove_paper", "resume",
    "save_answers", "send", "set_quota", "settle_sale", "start", "submit", "take_step", "undo_sale",
    "unsettle_sale",
]  # fmt: skip

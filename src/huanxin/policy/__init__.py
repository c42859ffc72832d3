"""Policy packs: documents as data, and one engine that decides by them.

A library without Django. A pack is read from a folder, compiled into one query, and run on one case or on
ten million; every verdict comes with its reasons. See docs/pack-format.md.
"""

from .asking import things_asked
from .cases import CaseResult, run_cases
from .deciding import BadFacts, CheckResult, Decision, decide, plain, read_facts, split
from .expressions import ExpressionError
from .facts import Fact, FactError, Text, Value
from .judging import Progress
from .library import Library, check, load
from .pack import ASSET_VERDICTS, CLAIM_VERDICTS, Identity, Match, Pack, Table, Thing
from .reading import UnknownPack, pack_folders
from .recomputing import recompute
from .screening import CheckTally, Missing, Summary, Tally, screen, tally
from .several import decide_several, unmet_of_several
from .show import VERDICT_WORDS
from .source import PackError, Problem
from .sources import sources
from .units import symbol_of, unit_words
from .whatif import BadChange, WhatIf, whatif
from .wording import Message, read_in

__all__ = [
    "ASSET_VERDICTS",
    "CLAIM_VERDICTS",
    "VERDICT_WORDS",
    "BadChange",
    "BadFacts",
    "CaseResult",
    "CheckResult",
    "CheckTally",
    "Decision",
    "ExpressionError",
    "Fact",
    "FactError",
    "Identity",
    "Library",
    "Match",
    "Message",
    "Missing",
    "Pack",
    "PackError",
    "Problem",
    "Progress",
    "Summary",
    "Table",
    "Tally",
    "Text",
    "Thing",
    "UnknownPack",
    "Value",
    "WhatIf",
    "check",
    "decide",
    "decide_several",
    "load",
    "pack_folders",
    "plain",
    "read_facts",
    "read_in",
    "recompute",
    "run_cases",
    "screen",
    "sources",
    "split",
    "symbol_of",
    "tally",
    "things_asked",
    "unit_words",
    "unmet_of_several",
    "whatif",
]

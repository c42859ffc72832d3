"""The registry's door for whoever changes what exists."""

from .blank_sheet import template
from .claiming import Wanted, claim_things
from .entering import asset_for
from .events.services import record
from .exporting import (
    UnknownFormat,
    export_assets,
    export_cell,
    export_every_kind,
    export_rows,
    write_parquet,
)
from .importing.identities import IdentityError
from .importing.services import NO_PLACE, ImportStopped, import_assets, look_after, open_import
from .papers.services import PaperRefused, attach
from .parties.services import PartyRefused, enter_party
from .places.services import UnknownPlace, load_places, settle_place
from .samples import load_demo

__all__ = [
    "NO_PLACE",
    "IdentityError",
    "ImportStopped",
    "PaperRefused",
    "PartyRefused",
    "UnknownFormat",
    "UnknownPlace",
    "Wanted",
    "asset_for",
    "attach",
    "claim_things",
    "enter_party",
    "export_assets",
    "export_cell",
    "export_every_kind",
    "export_rows",
    "import_assets",
    "load_demo",
    "load_places",
    "look_after",
    "open_import",
    "record",
    "settle_place",
    "template",
    "write_parquet",
]

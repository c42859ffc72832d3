"""What a person is told about a sheet that cannot be read."""

from __future__ import annotations

from django.utils.translation import gettext as _


class SheetError(Exception):
    """A sheet that cannot be read.

    `what` is wrong with it and what to do `instead`, for the person who sent it.
    """

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} {instead}")
        self.what = what
        self.instead = instead


def not_a_sheet(name: str) -> SheetError:
    return SheetError(
        _("“%(name)s” is not a sheet that can be read.") % {"name": name},
        _("Save it in Excel or WPS as .xlsx, or as CSV in UTF-8, and send that file."),
    )

"""Strong identities: one spelling each, checked where they carry a check character."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent, InvalidFormat, ValidationError

from huanxin.foundation.lib import sealed

# Marks nobody sees, which come along when a number is copied from a page.
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# ISO 3779 weights; the check character is compulsory in China (GB 16735) and North America only.
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {
    **{str(d): d for d in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_CHECKED_REGIONS = "L12345"
# The first two digits are a province's of GB/T 2260; 81, 82, 83 are residents of Hong Kong, Macao, Taiwan.
_RESIDENT = re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{15}[\dX]")


class IdentityError(ValueError):
    """An identity that cannot be right, in the words for the person who wrote it."""


def normalised(scheme: str, raw: object) -> str:
    """The one spelling of an identity of `scheme` (vin, serial, registration, public); `""` for none.

    Raises `IdentityError`.
    """
    if isinstance(raw, float):
        if abs(raw) >= 1e15:
            raise IdentityError(
                _(
                    "“%(raw)s”: Excel has rounded this long number. Format the column as text and "
                    "write it again."
                )
                % {"raw": f"{raw:.0f}"}
            )
        raw = int(raw) if raw.is_integer() else raw
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", str(raw))).strip()
    if not text:
        return ""
    if len(text) > 120:
        raise IdentityError(
            _("An identity has at most 120 characters; this one has %(n)s.") % {"n": len(text)}
        )
    if _is_masked(scheme, text):
        raise IdentityError(
            _("“%(raw)s” is a masked number, as lists show it. Write the whole one, or leave this line out.")
            % {"raw": text}
        )
    if scheme == "vin":
        return vin(text)
    if scheme == "registration":
        return re.sub(r"\s+", "", text).upper()
    return re.sub(r"\s+", " ", text).upper() if scheme == "serial" else text


def shown(scheme: str, identity: str) -> str:
    """A normalised identity as lists show it: whole if it is public, a vehicle's as a person's number.

    A vehicle's number leads to its owner; one on a nameplate or a certificate of use only to the thing.
    """
    if scheme == "public":
        return identity[:80]
    return (sealed.masked(identity) if scheme == "vin" else sealed.code_shown(identity))[:80]


def _is_masked(scheme: str, text: str) -> bool:
    """Whether an identity was masked by `shown`: two stars in a row, or one where short ones have it."""
    return scheme != "public" and "*" in text and ("**" in text or text == shown(scheme, text))


def vin(text: str) -> str:
    """A vehicle identification number, its check character verified where it must have one (GB 16735)."""
    number = re.sub(r"[\s\-]", "", text).upper()
    if len(number) != 17:
        raise IdentityError(
            _("“%(vin)s” has %(n)s characters; a VIN has 17. Copy it from the registration certificate.")
            % {"vin": text, "n": len(number)}
        )
    wrong = sorted({c for c in number if c not in _VIN_VALUES})
    if wrong:
        raise IdentityError(
            _("“%(vin)s” holds %(wrong)s, which no VIN has (I, O and Q look like 1 and 0). Write 1 or 0.")
            % {"vin": text, "wrong": ", ".join(wrong)}
        )
    if number[0] in _VIN_CHECKED_REGIONS:
        rest = sum(w * _VIN_VALUES[c] for w, c in zip(_VIN_WEIGHTS, number, strict=True)) % 11
        check = "X" if rest == 10 else str(rest)
        if number[8] != check:
            raise IdentityError(
                _(
                    "“%(vin)s”: the ninth character should be %(check)s, so one character is wrong. "
                    "Compare it with the certificate."
                )
                % {"vin": text, "check": check}
            )
    return number


def party_number(raw: object) -> tuple[str, str]:
    """`(kind, number)` of a holder: a resident number of a person, or an organisation's unified credit code.

    Raises `IdentityError`.
    """
    if isinstance(raw, float):
        raise IdentityError(
            _(
                "Excel has turned this number into digits it rounds. Format the column as text and "
                "write it again."
            )
        )
    text = re.sub(r"[\s\-]", "", _UNSEEN.sub("", unicodedata.normalize("NFKC", str(raw)))).upper()
    if not text:
        return "", ""
    # The check character of a credit code fits one resident number in 31 by chance; a day of birth in a
    # credit code does not: so whatever can be a person's number is one.
    for kind, validate in (("person", _resident_number), ("organisation", uscc.validate)):
        try:
            return kind, str(validate(text))
        except ValidationError:
            continue
    raise IdentityError(
        _(
            "“%(number)s” is neither a unified social credit code nor a resident number: 18 "
            "characters, the last a check."
        )
        % {"number": text[:4] + "…" + text[-2:]}
    )


def _resident_number(text: str) -> str:
    """A resident number (GB 11643): eighteen characters, a province, a day of birth, the check character.

    The county in it is that of the first registration, mostly after 1984, and so need not have existed in the
    year of birth, as the library's own check wants it. Raises `ValidationError`.
    """
    if not _RESIDENT.fullmatch(text) or text[-1] != ric.calc_check_digit(text):
        raise InvalidFormat
    if not dt.date(1900, 1, 1) <= ric.get_birth_date(text) <= timezone.localdate():
        raise InvalidComponent
    return text

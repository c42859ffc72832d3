"""The made-up officials besides the cast, shops and applicants, entered as an office enters them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stdnum.cn import uscc

from huanxin.foundation.access.models import Role
from huanxin.registry import services as registry
from huanxin.tradein import services as tradein

from .. import cast
from .files import shop_account
from .plan import PRODUCTS, SHOPS

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Party
    from huanxin.tradein.models import Merchant, Product

    from .plan import Person

HAO = cast.Member("hao", "郝科长 Hao", (Role.REVIEWER,), "150102", "新城区发展和改革委员会")
SAREN = cast.Member("saren", "萨仁 Saren", (Role.REVIEWER,), "1501", "呼和浩特市发展和改革委员会")
CLERK = cast.Member("clerk", "柜台 Clerk", (Role.MERCHANT,), "15", "样例商家")
# Who looks first and who looks second at the files of a banner.
REVIEWERS = {"152502": (cast.BATU, cast.QIQIGE), "150102": (HAO, SAREN)}


def enter_reviewers() -> dict[str, tuple[User, User]]:
    """The two reviewers of each banner of the sample."""
    return {banner: (cast.enter(first), cast.enter(second)) for banner, (first, second) in REVIEWERS.items()}


def enter_person(person: Person) -> Party:
    """An applicant of the sample."""
    return registry.enter_party(person.name, person.number, place=person.banner, sample=True)


def enter_shops(*, by: User) -> list[Merchant]:
    """The shops of the sample, each with an account and a clerk."""
    clerk = cast.enter(CLERK)
    made = []
    for n, (code, name, banner, _what) in enumerate(SHOPS):
        # MA is for numbers given since 2015; nobody has a body of nines.
        stem = f"91{banner}MA9999{n:03d}"
        party = registry.enter_party(
            name, stem + uscc.calc_check_digit(stem), kind="organisation", place=banner, sample=True
        )
        shop = tradein.enter_merchant(
            code, party, place_code=banner, by=by, account=shop_account(n), bank="样例银行", sample=True
        )
        tradein.enter_clerk(shop, clerk, by=by)
        made.append(shop)
    return made


def enter_products() -> list[Product]:
    """The products of the sample: every one is sold as grade 1, whatever its label says."""
    found = []
    for code, name, kind, _price, _grade, label in PRODUCTS:
        del label
        found.append(tradein.enter_product(code, name, kind, energy_grade=1, sample=True))
    return found

"""The made-up people of the sample: the same in `huanxin demo`, in tests and on every picture of the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from huanxin.foundation.access import services
from huanxin.foundation.access.models import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Member:
    """Somebody of the cast, with roles in one place."""

    login: str
    name: str
    roles: tuple[Role, ...]
    place_code: str
    department: str


BATU = Member("batu", "巴图 Batu", (Role.REVIEWER,), "152502", "锡林浩特市发展和改革委员会")
QIQIGE = Member("qiqige", "其其格 Qiqige", (Role.REVIEWER,), "1525", "锡林郭勒盟发展和改革委员会")
LI_JING = Member("li-jing", "李静 Li Jing", (Role.OFFICER, Role.REVIEWER), "15", "自治区发展和改革委员会")
ZHAO = Member("zhao", "赵会计 Zhao", (Role.OFFICER, Role.FINANCE), "15", "自治区财政厅")
QIAN = Member("qian", "钱会计 Qian", (Role.FINANCE,), "15", "自治区财政厅")
WULAN = Member("wulan", "乌兰 Wulan", (Role.REVIEWER,), "15", "自治区商务厅")
SUN = Member("sun", "孙审 Sun", (Role.AUDITOR,), "15", "自治区审计厅")
CHEN_LAN = Member("chen-lan", "陈岚 Chen Lan", (Role.ADMINISTRATOR,), "15", "自治区发展和改革委员会")

# Those whom the programmes are for.
NAREN = Member("naren", "娜仁 Naren", (Role.APPLICANT,), "152502", "")
TEMUR = Member("temur", "特木尔 Temur", (Role.APPLICANT,), "152502", "")
WANG_QIANG = Member("wang-qiang", "王强 Wang Qiang", (Role.APPLICANT,), "150102", "")
SUHE = Member("suhe", "苏和家电 Suhe", (Role.MERCHANT,), "152502", "苏和家电")
LUYUAN = Member("luyuan", "绿源拆解 Lüyuan", (Role.RECYCLER,), "152502", "绿源拆解")

STAFF = (BATU, QIQIGE, WULAN, LI_JING, ZHAO, QIAN, SUN, CHEN_LAN)
PUBLIC = (NAREN, TEMUR, WANG_QIANG, SUHE, LUYUAN)
EVERYBODY = (*STAFF, *PUBLIC)


def enter(member: Member) -> User:
    """The login of a member, made with its mandates if it is not there yet; without a password."""
    found = User.objects.filter(username=member.login).first()
    return found or _make(member)


def enter_all(members: Iterable[Member] = EVERYBODY) -> list[User]:
    """The logins of several members."""
    return [enter(member) for member in members]


@transaction.atomic
def _make(member: Member) -> User:
    user = services.add_person(member.login, name=member.name)
    for role in member.roles:
        services.give_mandate(user, role, member.place_code, by=None, department=member.department)
    return user

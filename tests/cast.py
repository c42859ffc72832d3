"""The people of the tests, as fixtures: the cast of `huanxin demo`, each with a login and mandates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from huanxin.web import cast

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User


@pytest.fixture
def batu(db: None) -> User:
    """Batu reviews for the banner 锡林浩特 (152502)."""
    return cast.enter(cast.BATU)


@pytest.fixture
def qiqige(db: None) -> User:
    """Qiqige reviews for the league 锡林郭勒 (1525)."""
    return cast.enter(cast.QIQIGE)


@pytest.fixture
def li_jing(db: None) -> User:
    """Li Jing is the region's policy officer, and reviews."""
    return cast.enter(cast.LI_JING)


@pytest.fixture
def zhao(db: None) -> User:
    """Zhao countersigns for the region's department of finance."""
    return cast.enter(cast.ZHAO)


@pytest.fixture
def sun(db: None) -> User:
    """Sun audits."""
    return cast.enter(cast.SUN)


@pytest.fixture
def chen_lan(db: None) -> User:
    """Chen Lan gives and ends mandates."""
    return cast.enter(cast.CHEN_LAN)


@pytest.fixture
def qian(db: None) -> User:
    """Qian countersigns payments at the department of finance."""
    return cast.enter(cast.QIAN)


@pytest.fixture
def wulan(db: None) -> User:
    """Wulan samples for the region's department of commerce."""
    return cast.enter(cast.WULAN)


@pytest.fixture
def naren(db: None) -> User:
    """Naren is a herder of Xilinhot with a car of 2011."""
    return cast.enter(cast.NAREN)


@pytest.fixture
def temur(db: None) -> User:
    """Temur is her cousin."""
    return cast.enter(cast.TEMUR)


@pytest.fixture
def wang_qiang(db: None) -> User:
    """Wang Qiang is a haulier in Hohhot."""
    return cast.enter(cast.WANG_QIANG)


@pytest.fixture
def suhe(db: None) -> User:
    """Suhe sells appliances in Xilinhot."""
    return cast.enter(cast.SUHE)


@pytest.fixture
def luyuan(db: None) -> User:
    """Lüyuan dismantles cars in Xilinhot."""
    return cast.enter(cast.LUYUAN)

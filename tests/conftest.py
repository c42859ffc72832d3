"""What every test may count on: a trial office of its own, quick passwords, the cast."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before Django reads its settings: an office of the test run's own, never the one in var/. Processes beside
# each other have the settings of the first one read before they come here, so they keep its office.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _OFFICE = tempfile.TemporaryDirectory(prefix="huanxin-tests-")
    os.environ["HUANXIN_VAR"] = _OFFICE.name
os.environ["DJANGO_SETTINGS_MODULE"] = "huanxin.web.settings"
os.environ["HUANXIN_DEV"] = "1"
os.environ.pop("HUANXIN_PACKS", None)
os.environ.pop("HUANXIN_LANG", None)

import django

django.setup()

import pytest
from django.conf import settings as project
from django.db.backends.signals import connection_created
from django.utils import translation

from huanxin import policy
from tests.cast import (  # noqa: F401
    batu,
    chen_lan,
    li_jing,
    luyuan,
    naren,
    qian,
    qiqige,
    suhe,
    sun,
    temur,
    wang_qiang,
    wulan,
    zhao,
)
from tests.flushing import let_tests_flush
from tests.owners import watch
from tests.undefined import Undefined

let_tests_flush()
connection_created.connect(watch)
project.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined()


@pytest.fixture(autouse=True)
def quick_and_apart(settings: object, tmp_path: Path) -> None:
    """Passwords hash quickly, and each test has files of its own under VAR."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    # How often something was tried is forgotten between tests; test_log_in.py has the cache of an office.
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    settings.CACHES = {"default": memory}  # type: ignore[attr-defined]
    settings.VAR = tmp_path / "var"  # type: ignore[attr-defined]
    (tmp_path / "var").mkdir()


@pytest.fixture(autouse=True)
def in_the_offices_language() -> Iterator[None]:
    """A page or a command in English leaves its process speaking English; the next test begins in Chinese."""
    translation.activate(project.LANGUAGE_CODE)
    policy.read_in("")
    yield
    os.environ.pop("HUANXIN_LANG", None)

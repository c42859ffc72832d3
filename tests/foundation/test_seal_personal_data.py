"""Personal data lies sealed, is found again by a keyed hash, and is shown masked."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from huanxin.foundation.lib import sealed

NUMBER = "152502198503071234"


@given(st.text(max_size=200))
def test_what_is_sealed_comes_back_as_it_was(text: str) -> None:
    assert sealed.unseal(sealed.seal(text)) == text


def test_the_same_number_sealed_twice_cannot_be_told_to_be_the_same() -> None:
    assert sealed.seal(NUMBER) != sealed.seal(NUMBER)
    assert NUMBER.encode() not in sealed.seal(NUMBER)


def test_a_changed_bit_is_noticed() -> None:
    altered = bytearray(sealed.seal(NUMBER))
    altered[-1] ^= 1
    with pytest.raises(sealed.CannotUnseal, match="altered"):
        sealed.unseal(bytes(altered))


def test_a_new_key_seals_while_the_old_one_still_opens(settings) -> None:
    settings.SEAL_KEY = "old"
    before = sealed.seal(NUMBER)
    settings.SEAL_KEY = "new,old"
    assert sealed.unseal(before) == NUMBER
    after = sealed.seal(NUMBER)
    settings.SEAL_KEY = "new"
    assert sealed.unseal(after) == NUMBER
    with pytest.raises(sealed.CannotUnseal, match="HUANXIN_SEAL_KEY"):
        sealed.unseal(before)


def test_a_hash_finds_the_same_number_only_under_the_same_key_and_purpose(settings) -> None:
    found = sealed.keyed_hash(NUMBER)
    assert len(found) == 32
    assert found == sealed.keyed_hash(NUMBER)
    assert found != sealed.keyed_hash(NUMBER, "token")
    settings.HASH_KEY = "another office's"
    assert found != sealed.keyed_hash(NUMBER)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (NUMBER, "1525**********1234"),
        ("LSVAU2A37N2183294", "LSVA*********3294"),
        ("A1234567", "A1****67"),
        ("蒙A1", "***"),
    ],
)
def test_a_number_is_shown_by_its_ends(text: str, shown: str) -> None:
    assert sealed.masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("P0010", "*0010"),
        ("1234567", "1**4567"),
        ("A1234567", "A1**4567"),
        ("3110150100200012345", "3110150******012345"),
        ("P001", "*001"),
        ("7", "*"),
        ("", ""),
    ],
)
def test_a_things_number_is_shown_so_that_like_ones_can_be_told_apart(text: str, shown: str) -> None:
    assert sealed.code_shown(text) == shown


def test_an_office_in_service_without_keys_is_told_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("HUANXIN_SEAL_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"HUANXIN_SEAL_KEY is not set.*openssl rand"):
        sealed.key("HUANXIN_SEAL_KEY", trial=False, var=tmp_path)


def test_a_trial_makes_its_keys_once_and_keeps_them_to_itself(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("HUANXIN_SEAL_KEY", raising=False)
    first = sealed.key("HUANXIN_SEAL_KEY", trial=True, var=tmp_path)
    assert first == sealed.key("HUANXIN_SEAL_KEY", trial=True, var=tmp_path)
    file = tmp_path / "dev-keys" / "HUANXIN_SEAL_KEY"
    assert file.stat().st_mode & 0o777 == 0o600

"""What is kept in several languages is said in the reader's."""

from __future__ import annotations

import pytest
from django.utils import translation

from huanxin.foundation.lib import reader
from huanxin.policy import Text


@pytest.mark.parametrize(
    ("kept", "in_english", "in_chinese"),
    [
        (Text(zh="区域", en="Region"), "Region", "区域"),
        (Text(zh="区域"), "区域", "区域"),
        ({"zh": "区域", "en": "Region"}, "Region", "区域"),
        ({"zh": "区域", "en": ""}, "区域", "区域"),
        ({}, "", ""),
        (None, "", ""),
    ],
)
def test_a_text_is_said_in_the_readers_language_else_in_chinese(kept, in_english, in_chinese) -> None:
    with translation.override("en"):
        assert reader.said(kept) == in_english
    with translation.override("zh-hans"):
        assert reader.said(kept) == in_chinese


def test_where_no_language_was_chosen_the_reader_reads_chinese() -> None:
    with translation.override(None):
        assert reader.language() == "zh-hans"

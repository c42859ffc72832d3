"""What a password must be, where Django's own sentence has no translation."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """A least length."""

    def get_error_message(self) -> str:
        return _("A password has at least %(n)d characters: write a longer one.") % {"n": self.min_length}

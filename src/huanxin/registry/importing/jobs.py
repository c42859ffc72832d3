"""One import in a process of its own: `python -m huanxin.registry.importing.jobs`, told by its input."""

from __future__ import annotations

import json
import os
import sys


def main() -> int:
    """Exit code 0 if the sheet is in, 1 if it stopped before its end."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanxin.web.settings")
    django.setup()
    from huanxin.registry.importing import background

    return 0 if background.carry_out(json.load(sys.stdin)).state == "done" else 1


if __name__ == "__main__":
    sys.exit(main())

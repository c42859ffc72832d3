"""One run in a process of its own: `python -m huanxin.renewal.screening.jobs NUMBER`."""

from __future__ import annotations

import os
import sys


def main(number: int) -> int:
    """Carry out a run that waits. Exit code 0 if it finished, 1 if it failed, 3 if it was stopped."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanxin.web.settings")
    django.setup()
    from huanxin.renewal.screening import services
    from huanxin.renewal.screening.models import Screening

    # Files are written under another name first, so that leaving at once spoils none.
    done = services.carry_out(Screening.objects.get(pk=number), when_stopped=lambda: os._exit(3))
    return 0 if done.state == "done" else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

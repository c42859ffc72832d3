"""One run in a process of its own: `python -m huanxin.claims.integrity.jobs NUMBER`."""

from __future__ import annotations

import os
import sys


def main(number: int) -> int:
    """Carry out a run that waits. Exit code 0 if it finished."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanxin.web.settings")
    django.setup()
    from huanxin.claims.integrity import services
    from huanxin.claims.integrity.models import Sweep

    return 0 if services.carry_out(Sweep.objects.get(pk=number)).state == Sweep.State.DONE else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

"""A process that takes vouchers with many threads, and writes down each yes that it was told.

`python -m tests.tradein.taker ROUND FILE PARTY…`; the test kills it in the middle.
"""

from __future__ import annotations

import os
import sys
import threading


def main(round_id: int, told: str, parties: list[int]) -> None:
    """Take a fridge voucher for each of the parties."""
    import django

    django.setup()
    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Party
    from huanxin.tradein import services
    from huanxin.tradein.models import Round

    found, by = Round.objects.get(pk=round_id), User.objects.get(username="li-jing")
    out = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    waiting, door = iter(parties), threading.Lock()

    def run() -> None:
        while True:
            with door:
                party = next(waiting, None)
            if party is None:
                return
            try:
                voucher = services.take_voucher(found, Party(pk=party), "fridge", by=by, place_code="152502")
            except services.NotTaken:
                continue
            os.write(out, f"{party} {voucher.code}\n".encode())

    threads = [threading.Thread(target=run) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], [int(pk) for pk in sys.argv[3:]])

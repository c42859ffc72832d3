"""The office's site with one plain view beside it, answered by the same processes with the same settings."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filing_site")
if os.environ["DJANGO_SETTINGS_MODULE"] == "filing_site":
    from huanxin.web.settings import *  # noqa: F403

ROOT_URLCONF = "filing_urls"

if __name__ == "__main__":
    from huanxin.web import serving

    serving.serve("127.0.0.1", int(sys.argv[1]), int(sys.argv[2]))

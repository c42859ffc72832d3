"""Where papers lie unless an office has an S3: a folder beside the database that only this service reads."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class Shelf(FileSystemStorage):
    """Files in HUANXIN_VAR/papers; never served by their address, only by a page that checks who asks."""

    def __init__(self) -> None:
        # The same name is the same content, so what broke off half-way is simply written again.
        super().__init__(
            base_url=None,
            allow_overwrite=True,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    @property
    def base_location(self) -> str:
        return str(Path(settings.VAR) / "papers")

    @property
    def location(self) -> str:
        return str(Path(self.base_location).resolve())

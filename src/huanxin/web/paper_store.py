"""Where the papers of claims lie: a folder of ours, or a bucket of an S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "HUANXIN_PAPERS_S3_"
_NEEDED = ("BUCKET", "KEY", "SECRET")


def papers_from(environment: Mapping[str, str]) -> dict[str, Any]:
    """The storage of papers as Django's STORAGES has it; S3 where HUANXIN_PAPERS_S3_BUCKET is set.

    Raises ImproperlyConfigured where a bucket lacks its key or secret.
    """
    said = {
        name[len(_PREFIX) :]: value.strip()
        for name, value in environment.items()
        if name.startswith(_PREFIX) and value.strip()
    }
    if not said:
        return {"BACKEND": "huanxin.registry.papers.shelf.Shelf"}
    if missing := [_PREFIX + name for name in _NEEDED if name not in said]:
        raise ImproperlyConfigured(
            f"{', '.join(missing)} not set: papers go to an S3 only with a bucket, a key and its secret "
            f"(see docs/settings.md)"
        )
    options = {
        "bucket_name": said["BUCKET"],
        "access_key": said["KEY"],
        "secret_key": said["SECRET"],
        "endpoint_url": said.get("ENDPOINT"),
        "region_name": said.get("REGION"),
        "location": said.get("FOLDER", "papers"),
        # Nobody reads a paper but through the page that checks who asks.
        "default_acl": "private",
        "querystring_auth": True,
        # The same name is the same content.
        "file_overwrite": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}

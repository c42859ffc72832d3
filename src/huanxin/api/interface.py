"""The NinjaAPI: the rooms' routers, their refusals, and what every caller must know."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_noop
from ninja import NinjaAPI

from huanxin.claims.api import router as claims
from huanxin.foundation.access.programs import Bearer
from huanxin.foundation.outbox.api import GUARD as WEBHOOKS
from huanxin.foundation.outbox.api import router as webhooks
from huanxin.tradein.api import router as till

from . import refusals
from .reading import StrictJson

_ABOUT = gettext_noop("""Decide, file and follow claims, redeem vouchers, and be told.

Every call carries `Authorization: Bearer hx_…`; an administrator issues the token with its scopes.
Money is a text in yuan with two places. What is refused comes as `application/problem+json` with a sentence
for each field, in the language of `Accept-Language` (zh-hans, en). Deeds take an `Idempotency-Key`.
""")

api = NinjaAPI(
    title="Huanxin",
    version="1.0.0",
    description=_ABOUT,
    urls_namespace="api",
    docs_url=None,
    parser=StrictJson(),
)
api.add_router("", claims)
api.add_router("", till)
api.add_router("", webhooks)
refusals.teach(api)


def document() -> dict[str, Any]:
    """The OpenAPI document in the reader's language, its refusals under their own media type and each scope
    named."""
    found: dict[str, Any] = _said(api.get_openapi_schema(path_prefix="/api/"))
    scopes = _scopes()
    for operations in found["paths"].values():
        for operation in operations.values():
            if scope := scopes.get(operation["operationId"]):
                operation["x-scope"] = scope
            for status, said in operation["responses"].items():
                if int(status) >= 400 and "content" in said:
                    said["content"] = {"application/problem+json": next(iter(said["content"].values()))}
    return found


def _said(part: Any) -> Any:
    """The document with every description in the reader's language; names stay."""
    if isinstance(part, dict):
        return {
            key: gettext(said) if key == "description" and isinstance(said, str) and said else _said(said)
            for key, said in part.items()
        }
    return [_said(one) for one in part] if isinstance(part, list) else part


def _scopes() -> dict[str, str]:
    """The scope that each operation asks for."""
    operations = [
        operation
        for router in (claims, till, webhooks)
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    found = {}
    for operation in operations:
        guard = operation.auth_param if isinstance(operation.auth_param, Bearer) else WEBHOOKS
        if guard.scope is not None:
            found[api.get_openapi_operation_id(operation)] = str(guard.scope)
    return found

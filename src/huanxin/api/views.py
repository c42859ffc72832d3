"""The interface as a page for people, and as a document for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from .interface import document

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Every address with what it takes and answers; drawn by us, so that nothing is loaded from elsewhere."""
    found = document()
    operations = [
        _operation(found, path, method, operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "web/interface.html", {"info": found["info"], "operations": operations})


def _operation(found: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    media, content = next(iter(body.items()), ("", dict[str, Any]()))
    good = next((s for s in operation["responses"] if int(s) < 300), 200)
    answer: dict[str, Any] = next(iter(operation["responses"][good].get("content", {}).values()), {})
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "about": operation.get("description", ""),
        "scope": operation.get("x-scope", ""),
        "parameters": [
            {
                "name": p["name"],
                "where": p["in"],
                "required": p["required"],
                "about": p.get("description", ""),
                "type": _type(found, p["schema"]),
            }
            for p in operation.get("parameters", [])
        ],
        "media": media,
        "fields": _fields(found, content.get("schema", {})),
        "example": _example(found, content.get("schema", {})),
        "status": good,
        "answers": _fields(found, answer.get("schema", {})),
        "refusals": sorted(s for s in operation["responses"] if int(s) >= 400),
    }


def _resolved(found: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = found["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("type") == "array":
        return _resolved(found, schema["items"])
    return schema


def _fields(found: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    whole = _resolved(found, schema)
    required = set(whole.get("required", ()))
    return [
        {
            "name": name,
            "type": _type(found, field),
            "required": name in required,
            "about": field.get("description", ""),
        }
        for name, field in whole.get("properties", {}).items()
    ]


def _type(found: dict[str, Any], schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(found, one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(found, schema['items'])}]"
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    return str(schema.get("format") or schema.get("type") or "")


def _example(found: dict[str, Any], schema: dict[str, Any]) -> str:
    """A body made of the fields' own examples."""
    whole = _resolved(found, schema)
    shown = {
        name: field["examples"][0]
        for name, field in whole.get("properties", {}).items()
        if field.get("examples")
    }
    return json.dumps(shown, ensure_ascii=False, indent=2) if shown else ""

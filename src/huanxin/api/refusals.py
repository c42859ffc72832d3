"""Every refusal of the rooms as application/problem+json: which field, and what to write instead."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from django.core import exceptions
from django.http import Http404, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import errors as ninja

from huanxin import policy
from huanxin.claims import services as claims
from huanxin.foundation.lib import reader
from huanxin.foundation.lib.problems import Problem
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.rulebook import queries as rulebook
from huanxin.tradein import services as tradein

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from ninja import NinjaAPI

_LOG = logging.getLogger(__name__)
_PLACES = {"body", "query", "path", "header", "form", "file", "said"}

# Refusals that are one sentence: their status, and their word for programs. The first that fits counts.
_PLAIN: tuple[tuple[type[Exception], int, str], ...] = (
    (claims.UnknownClaim, 404, "unknown-claim"),
    (claims.UnknownProgramme, 404, "unknown-programme"),
    (claims.NotYours, 403, "not-yours"),
    (claims.QuotaReached, 409, "quota-reached"),
    (claims.NotOpen, 409, "not-open"),
    (claims.NotEntitled, 422, "not-entitled"),
    (claims.Overtaken, 409, "overtaken"),
    (claims.Refused, 409, "not-allowed"),
    (rulebook.NotInForce, 409, "not-in-force"),
    (ledger.BudgetExhausted, 409, "money-used-up"),
    (tradein.ReturnRefused, 409, "not-returned"),
    (tradein.NotTaken, 409, "not-taken"),
    (tradein.NothingToSettle, 409, "nothing-to-settle"),
    (registry.PartyRefused, 422, "party-refused"),
    (LookupError, 404, "not-found"),
)


def teach(api: NinjaAPI) -> None:
    """Let the interface answer every refusal in one form."""
    known: dict[type[Exception], Callable[[Any], Problem]] = {
        Problem: lambda problem: problem,
        ninja.ValidationError: _wrong_form,
        ninja.AuthenticationError: _no_token,
        ninja.HttpError: _http,
        Http404: lambda _error: Problem(404, "not-found", _("There is nothing at this address for you.")),
        exceptions.PermissionDenied: _denied,
        exceptions.SuspiciousOperation: _unreadable,
        MultiPartParserError: _unreadable,
        exceptions.ValidationError: _invalid,
        policy.BadFacts: _bad_facts,
        claims.BadAnswers: _bad_answers,
        claims.StillOpen: _still_open,
        claims.AlreadyClaimed: _already_claimed,
        registry.PaperRefused: _bad_paper,
        tradein.SaleRefused: _no_sale,
    }
    for kind, told in known.items():
        api.add_exception_handler(kind, _handler(told))
    for refusal, status, word in _PLAIN:
        api.add_exception_handler(refusal, _handler(_sentence(status, word)))
    api.add_exception_handler(Exception, _mistake)


def answer(problem: Problem) -> HttpResponse:
    """The answer that says it."""
    said = JsonResponse(
        problem.as_json(),
        status=problem.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    for name, value in problem.headers.items():
        said.headers[name] = value
    return said


def _handler(told: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda _request, error: answer(told(error))


def _sentence(status: int, word: str) -> Callable[[Exception], Problem]:
    def told(error: Exception) -> Problem:
        if isinstance(error, KeyError | IndexError):
            raise error
        return Problem(status, word, str(error))

    return told


def _mistake(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """A mistake of ours: a number that stands in the log, and nothing else."""
    number = "-".join((secrets.token_hex(2), secrets.token_hex(2))).upper()
    _LOG.error(
        "reference %s: %s %s",
        number,
        request.method,
        request.path,
        exc_info=error if isinstance(error, Exception) else None,
    )
    sentence = _("Something went wrong on our side; your data was not changed halfway.")
    return answer(Problem(500, "our-mistake", sentence, reference=number))


def _no_token(_error: ninja.AuthenticationError) -> Problem:
    return Problem(
        401,
        "no-token",
        _("Send a token that is in force: Authorization: Bearer hx_…"),
        headers={"WWW-Authenticate": "Bearer"},
    )


def _unreadable(_error: Exception) -> Problem:
    return Problem(
        400,
        "unreadable",
        _("The body cannot be read: send one JSON document in UTF-8, or a form where a file is asked for."),
    )


def _http(error: ninja.HttpError) -> Problem:
    if error.status_code == 400:
        return _unreadable(error)
    return Problem(error.status_code, "refused", error.message)


def _denied(error: exceptions.PermissionDenied) -> Problem:
    return Problem(403, "not-allowed", str(error) or _("Your mandate does not cover this."))


def _invalid(error: exceptions.ValidationError) -> Problem:
    if hasattr(error, "error_dict"):
        found = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
        return Problem(422, "bad-answers", " ".join(found.values()), found)
    return Problem(422, "bad-answers", " ".join(error.messages))


def _bad_facts(error: policy.BadFacts) -> Problem:
    found = {f"facts.{name}": reader.said(wrong) for name, wrong in error.errors.items()}
    return Problem(422, "bad-facts", " ".join(found.values()), found)


def _bad_answers(error: claims.BadAnswers) -> Problem:
    outside = {"place", "state", "proves"}
    found = {
        name if name in outside or "." in name else f"answers.{name}": said
        for name, said in error.errors.items()
    }
    return Problem(422, "bad-answers", str(error), found)


def _still_open(error: claims.StillOpen) -> Problem:
    return Problem(
        422, "still-open", str(error), {f"answers.{name}": _("This is missing.") for name in error.names}
    )


def _already_claimed(error: claims.AlreadyClaimed) -> Problem:
    return Problem(409, "already-claimed", str(error), {f"answers.{error.name}": str(error)})


def _bad_paper(error: Exception) -> Problem:
    return Problem(422, "bad-paper", str(error), {"file": str(error)})


def _no_sale(error: tradein.SaleRefused) -> Problem:
    word = error.kind.replace("_", "-")
    return Problem(404 if error.kind == "unknown_voucher" else 409, word, str(error))


def _wrong_form(error: ninja.ValidationError) -> Problem:
    """What pydantic found, in words: the fields without the names of our functions."""
    found: dict[str, str] = {}
    for wrong in error.errors:
        where = [str(part) for part in wrong["loc"]]
        while where and where[0] in _PLACES:
            where.pop(0)
        found[".".join(where)[:200] or "body"] = _worded(wrong)
    return Problem(422, "wrong-form", _("The request has not the form it must have."), found)


def _worded(wrong: dict[str, Any]) -> str:
    limits = wrong.get("ctx", {})
    match wrong["type"]:
        case "missing":
            return _("This is missing.")
        case "string_pattern_mismatch":
            return _("Write it as %(pattern)s.") % {"pattern": limits.get("pattern", "")}
        case "string_too_short" | "too_short":
            return _("Write at least %(n)s.") % {"n": limits.get("min_length", 1)}
        case "string_too_long" | "too_long":
            return _("Write at most %(n)s.") % {"n": limits.get("max_length", "")}
        case "string_type":
            return _("Write a text.")
        case "bool_type" | "bool_parsing":
            return _("Write true or false.")
        case "int_type" | "int_parsing" | "greater_than_equal" | "less_than_equal":
            return _("Write a whole number that is allowed here.")
        case kind if kind.startswith(("date", "timezone")):
            return _("Write a day as 2026-03-01, an instant as 2026-03-01T08:30:00+08:00.")
        case "dict_type" | "model_attributes_type" | "model_type":
            return _("Write an object with names and values.")
    return _("This cannot be read: %(why)s") % {"why": wrong.get("msg", "")}

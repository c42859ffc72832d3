"""What an interface says when it does not do what was asked: RFC 9457, with a sentence for each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldError(BaseModel):
    """One thing to mend: where it stands, and what to write instead."""

    field: str = Field(description="The field, with points for what lies within: `answers.price`.")
    message: str = Field(description="What is wrong and what to write instead, in the reader's language.")


class ProblemOut(BaseModel):
    """An answer of media type application/problem+json."""

    type: str = Field(examples=["urn:huanxin:problem:bad-answers"])
    title: str = Field(description="One sentence for a person, in the language of Accept-Language.")
    status: int = Field(examples=[422])
    errors: list[FieldError] = Field(default_factory=list)
    reference: str = Field(default="", description="Stands in the log beside the details.")


class Problem(Exception):
    """What was asked is not done. `kind` is a word for programs; the sentence is for people."""

    def __init__(
        self,
        status: int,
        kind: str,
        sentence: str,
        errors: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        reference: str = "",
    ) -> None:
        super().__init__(sentence)
        self.status, self.kind, self.sentence = status, kind, sentence
        self.errors, self.headers, self.reference = dict(errors or {}), dict(headers or {}), reference

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        told = ProblemOut(
            type=f"urn:huanxin:problem:{self.kind}",
            title=self.sentence,
            status=self.status,
            errors=[FieldError(field=name, message=text) for name, text in self.errors.items()],
            reference=self.reference,
        )
        return told.model_dump()

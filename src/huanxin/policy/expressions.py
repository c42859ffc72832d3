"""The expressions that a pack may hold: SQL scalar expressions, and of these only what is listed here."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp, parse, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.generator import Generator as SqlGenerator
from sqlglot.parser import Parser as SqlParser

from .wording import Message
from .wording import Message as _

MAX_CHARACTERS = 2_000
MAX_NODES = 500
MAX_DEPTH = 40
# Levels of a tree; one as deep as this can still be written out far down in a call stack.
MAX_LEVELS = 60

# Words of the language itself; everything else may be the name of a fact.
WORDS = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "IN",
        "BETWEEN",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "TRUE",
        "FALSE",
        "DATE",
        "IS",
        "NULL",
        "LIKE",
    ]
)


class PackExpressions(Dialect):
    """SQL of which nothing is left but scalar operators: every function is a name, every other word a fact.

    So a fact may be called `use`, `class` or `on`, and no function of a database gets in by its own syntax.
    """

    class Tokenizer(tokens.Tokenizer):
        KEYWORDS: ClassVar[dict[str, Any]] = {
            word: token
            for word, token in tokens.Tokenizer.KEYWORDS.items()
            if not word[:1].isalpha() or word in WORDS
        }

    class Parser(SqlParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {}
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            "CASE": SqlParser.NO_PAREN_FUNCTION_PARSERS["CASE"]
        }

    class Generator(SqlGenerator):
        """Writes an expression as people write it in a pack."""

        TRANSFORMS: ClassVar[dict[Any, Any]] = {
            **SqlGenerator.TRANSFORMS,
            exp.Alias: lambda self, node: f"{self.sql(node, 'this')} {self.sql(node, 'alias')}",
            exp.Cast: lambda self, node: (
                f"DATE {self.sql(node, 'this')}" if _is_date_literal(node) else self.cast_sql(node)
            ),
        }


def written(node: exp.Expr) -> str:
    """An expression as it was written, for a message."""
    return node.sql(dialect=PackExpressions, normalize_functions=False)


ALLOWED_NODES = (
    *(exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE),
    *(exp.Between, exp.In, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Case, exp.If),
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Cast, exp.DataType, exp.Anonymous),
)
FUNCTIONS = frozenset(
    [
        "least",
        "greatest",
        "abs",
        "floor",
        "ceil",
        "round",
        "year",
        "month",
        "day",
        "years_between",
        "months_between",
        "days_between",
        "add_years",
        "add_months",
        "add_days",
        "starts_with",
        "length",
        "upper",
        "lower",
    ]
)
_REFUSED: dict[type[exp.Expr], Message] = {
    exp.Is: _("`is null` may not turn a missing fact into an answer"),
    exp.Null: _("`null` is no value; a missing fact is missing by itself"),
    exp.Subquery: _("a query cannot stand in a pack"),
    exp.Like: _("`like` is not used"),
    exp.Mod: _("`%` is not used"),
    exp.DPipe: _("`||` is not used"),
}
_INSTEAD: dict[type[exp.Expr], Message] = {
    exp.Is: _("Leave it out: what lacks a fact is “cannot tell”."),
    exp.Alias: _("Write numbers without a unit: it stands once, as `unit:` of the fact or the figure."),
    exp.Like: _("Write starts_with(text, 'prefix')."),
}


class ExpressionError(ValueError):
    """An expression that cannot stand in a pack: what is wrong, and what to write instead.

    `at` is the place in the pack where it stands, if it was met by way of a name.
    """

    at: tuple[str | int, ...] = ()

    def __init__(self, what: Message, instead: Message | None = None) -> None:
        super().__init__(what.say("en"))
        self.what = what
        self.instead = instead or _(
            "Write it as in price >= 100 and fuel = 'nev'; what may stand there is in docs/pack-format.md."
        )


def parse_expression(text: str) -> exp.Expr:
    """The tree of one scalar expression in which every node is on the allow-list.

    Cost is bounded by 2,000 characters. Raises `ExpressionError`; never runs or looks up anything.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            _("the expression has {n} characters; {most} are allowed", n=len(text), most=MAX_CHARACTERS),
            _("Name parts of it under `derived:`, or use a table."),
        )
    if _deepest(text) > MAX_DEPTH:
        raise ExpressionError(
            _("the expression is nested too deeply"), _("Name parts of it under `derived:`.")
        )
    try:
        trees = parse(text, read=PackExpressions)
    except (ParseError, TokenError, RecursionError) as error:
        raise ExpressionError(
            _("“{text}” is not an expression: {said}", text=_short(text), said=_said_by_parser(error))
        ) from None
    except Exception as error:  # the parser is not ours: whatever it stumbles over is a mistake in the text
        raise ExpressionError(_("“{text}” cannot be read as an expression", text=_short(text))) from error
    if not any(tree is not None for tree in trees):
        raise ExpressionError(_("there is no expression"), _("Write a condition or a value."))
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError(_("write one expression, not {n}", n=len([t for t in trees if t is not None])))
    tree = trees[0]
    if levels(tree) > MAX_LEVELS:
        raise ExpressionError(
            _("the expression is nested too deeply"), _("Name parts of it under `derived:`.")
        )
    _allow(tree, text)
    return tree


def levels(tree: exp.Expr) -> int:
    """How deep a tree is; brackets and long chains of one `and` or `or` count once, as they cost no depth."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        for child in node.iter_expressions():
            is_chain = isinstance(node, exp.Connector) and type(child) is type(node)
            waiting.append((child, level if is_chain or isinstance(node, exp.Paren) else level + 1))
    return deepest


def _deepest(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _allow(tree: exp.Expr, text: str) -> None:
    for n_nodes, node in enumerate(tree.walk()):
        if n_nodes > MAX_NODES:
            raise ExpressionError(
                _("the expression has too many parts"), _("Name parts of it under `derived:`.")
            )
        if node.comments:
            raise ExpressionError(
                _("a comment cannot stand in an expression"), _("Write it in the YAML, after `#`.")
            )
        if not isinstance(node, ALLOWED_NODES):
            what = _REFUSED.get(type(node)) or _(
                "“{part}” cannot stand in a pack", part=_short(written(node))
            )
            raise ExpressionError(what, _INSTEAD.get(type(node)))
        if isinstance(node, exp.Anonymous) and str(node.this).lower() not in FUNCTIONS:
            raise ExpressionError(
                _("there is no function “{name}”", name=node.this),
                _("Functions: {names}.", names=", ".join(sorted(FUNCTIONS))),
            )
        _look_closer(node)


def _look_closer(node: exp.Expr) -> None:
    """Refuse forms of allowed nodes that say more than their names do."""
    if isinstance(node, exp.Identifier) and node.quoted:
        raise ExpressionError(
            _("“{name}” stands in double quotes", name=node.name),
            _("Write names without quotes, and texts in single ones."),
        )
    if isinstance(node, exp.Cast) and not _is_date_literal(node):
        raise ExpressionError(_("“{part}” cannot stand in a pack", part=_short(written(node))))
    if isinstance(node, exp.Column) and (node.args.get("db") or node.args.get("catalog")):
        raise ExpressionError(_("“{name}” has too many dots", name=node.sql()), _("Write table.column."))
    if isinstance(node, exp.In) and (
        node.args.get("query") or node.args.get("unnest") or node.args.get("field")
    ):
        raise ExpressionError(_("`in` takes a list in brackets"), _("Write in ('a', 'b')."))
    if isinstance(node, exp.Between) and node.args.get("symmetric") is not None:
        raise ExpressionError(
            _("“{part}” cannot stand in a pack", part="symmetric"), _("Write the lower end first.")
        )
    if isinstance(node, exp.Case) and node.this is not None:
        raise ExpressionError(_("`case` takes conditions"), _("Write case when … then … else … end."))


def _is_date_literal(node: exp.Cast) -> bool:
    return node.to.is_type("date") and isinstance(node.this, exp.Literal) and node.this.is_string


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _said_by_parser(error: Exception) -> Message | str:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "Required keyword" in said or isinstance(error, RecursionError):
        return _("a part is missing") if "Required" in said else _("it is nested too deeply")
    return said.replace("\x1b[4m", "").replace("\x1b[0m", "").split(". Line")[0]

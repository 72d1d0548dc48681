"""The query language: words, "quoted phrases", AND, OR, NOT, a minus, and brackets.

Words without an operator between them must all be there. Whatever is typed is a query: a quotation mark or a bracket
that is not closed is closed at the end, and an operator without an operand is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.index.tokens import is_chinese, runs


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand in a row. `runs` are its runs of characters, at least one."""

    text: str

    @property
    def runs(self) -> list[str]:
        """Its runs of Chinese characters, and of letters and digits."""
        return runs(self.text)


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of `parts`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What `part` does not match."""

    part: Node


Node = Phrase | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: the text as typed, and its tree, None where it asks for no words at all."""

    text: str
    tree: Node | None

    @classmethod
    def parse(cls, text: str) -> Query:
        """The query that `text` means; there is no text that is none."""
        return cls(text, _Parser(text).query())

    def wanted(self) -> list[Phrase]:
        """The phrases that matching statements may hold: those not under NOT."""
        return list(_positive(self.tree)) if self.tree else []

    def pairs(self) -> list[Phrase]:
        """Every pair of characters of the wanted phrases, once, and their words of letters and digits."""
        runs = [run for phrase in self.wanted() for run in phrase.runs]
        return [
            Phrase(pair) for pair in dict.fromkeys(pair for run in runs for pair in _pairs(run, closed=False))
        ]

    def barred(self) -> Query:
        """The part of the query that says what may not be there."""
        parts = self.tree.parts if isinstance(self.tree, And) else (self.tree,)
        return Query(self.text, _join(And, [part for part in parts if isinstance(part, Not)]))

    def match(self, everything: str) -> str:
        """The tree as an expression of SQLite's FTS5 over the column `text`; `everything` is one that matches all."""
        return _render(self.tree, everything) if self.tree else everything


def _positive(node: Node) -> Iterator[Phrase]:
    if isinstance(node, Phrase):
        yield node
    elif isinstance(node, (And, Or)):
        for part in node.parts:
            yield from _positive(part)


def _render(node: Node, everything: str) -> str:
    if isinstance(node, Phrase):
        return f"text : {_phrase(node)}"
    if isinstance(node, Or):
        return "(" + " OR ".join(_render(part, everything) for part in node.parts) + ")"
    if isinstance(node, Not):
        return f"({everything} NOT {_render(node.part, everything)})"
    wanted = [_render(part, everything) for part in node.parts if not isinstance(part, Not)] or [everything]
    unwanted = [_render(part.part, everything) for part in node.parts if isinstance(part, Not)]
    return "(" + " NOT ".join(["(" + " AND ".join(wanted) + ")", *unwanted]) + ")"


def _phrase(phrase: Phrase) -> str:
    """The phrase's tokens, as `nlp.index.tokens` makes them; the last run's end may be anywhere in a text's run."""
    *inner, last = phrase.runs
    made = [token for run in inner for token in _pairs(run, closed=True)] + _pairs(last, closed=False)
    beginning = is_chinese(last) and len(last) == 1
    return '"' + " ".join(made) + '"' + (" *" if beginning else "")


def _pairs(run: str, closed: bool) -> list[str]:
    if not is_chinese(run):
        return [run]
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    return [*pairs, run[-1]] if closed or len(run) == 1 else pairs


_LEXEME = re.compile(
    r"""\s*(?:
        ["“”„〝〞](?P<quoted>[^"“”〝〞]*)(?:["“”〝〞]|$)
      | (?P<open>[(（])
      | (?P<close>[)）])
      | (?P<operator>AND|OR|NOT)(?=[\s"“(（]|$)
      | (?P<minus>[-－−])(?=[^\s])
      | (?P<word>[^\s"“”„〝〞()（）]+)
    )""",
    re.VERBOSE,
)
_DEEPEST = 64
"""Brackets within brackets that are followed; deeper ones are read as if they were not there."""


class _Parser:
    """Recursive descent: or → and → not → a phrase or a bracket."""

    def __init__(self, text: str) -> None:
        self._lexemes = [
            (match.lastgroup or "", match[match.lastgroup or 0]) for match in _LEXEME.finditer(text)
        ]
        self._at = 0
        self._depth = 0

    def query(self) -> Node | None:
        parts = []
        while self._at < len(self._lexemes):
            parts.append(self._or())
            self._take("close")  # one that nothing opened
        return _join(And, parts)

    def _or(self) -> Node | None:
        parts = [self._and()]
        while self._take("operator", "OR"):
            parts.append(self._and())
        return _join(Or, parts)

    def _and(self) -> Node | None:
        parts: list[Node | None] = []
        while self._at < len(self._lexemes) and not self._sees("close") and not self._sees("operator", "OR"):
            if not self._take("operator", "AND"):
                parts.append(self._not())
        return _join(And, parts)

    def _not(self) -> Node | None:
        negative = False
        while self._take("operator", "NOT") or self._take("minus"):
            negative = not negative
        node = self._atom()
        return Not(node) if negative and node is not None else node

    def _atom(self) -> Node | None:
        if self._take("open"):
            self._depth += 1
            node = self._or() if self._depth <= _DEEPEST else None
            self._depth -= 1
            self._take("close")
            return node
        if self._sees("quoted") or self._sees("word"):
            phrase = Phrase(self._lexemes[self._at][1])
            self._at += 1
            return phrase if phrase.runs else None
        return None

    def _sees(self, kind: str, text: str | None = None) -> bool:
        if self._at >= len(self._lexemes):
            return False
        found, value = self._lexemes[self._at]
        return found == kind and text in (None, value)

    def _take(self, kind: str, text: str | None = None) -> bool:
        seen = self._sees(kind, text)
        self._at += seen
        return seen


def _join(kind: type[And] | type[Or], parts: list[Node | None]) -> Node | None:
    there = tuple(part for part in parts if part is not None)
    return kind(there) if len(there) > 1 else there[0] if there else None

"""What a request asks for: the query, the filters and the page, read from the address and written back to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from nlp.labels import Category, Label, Level, Theme
from nlp.search import Filters, Query

LONGEST_QUERY = 200
"""Characters of a query that are read; more is refused."""
LAST_PAGE = 1000
FIRST_YEAR, LAST_YEAR = 2000, 2100
Member = TypeVar("Member", bound=Label)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as the address says it; fields are the address's parameters."""

    q: str = ""
    category: tuple[Category, ...] = (Category.PROBLEM,)
    theme: tuple[Theme, ...] = ()
    level: tuple[Level, ...] = ()
    year: tuple[int, ...] = ()
    region: str = ""
    agency: str = ""
    page: int = 1

    @classmethod
    def of(cls, parameters: QueryParams) -> Asked:
        """Read the address's parameters. Raises a 400 for one that means nothing."""
        query = parameters.get("q", "")
        if len(query) > LONGEST_QUERY:
            raise HTTPException(400, f"检索词太长：最多 {LONGEST_QUERY} 字")
        named = "category" in parameters
        return cls(
            q=query,
            category=_members(Category, parameters.getlist("category"), "类别")
            if named
            else (Category.PROBLEM,),
            theme=_members(Theme, parameters.getlist("theme"), "主题"),
            level=_members(Level, parameters.getlist("level"), "级别"),
            year=tuple(
                _number(text, FIRST_YEAR, LAST_YEAR, "年份") for text in parameters.getlist("year") if text
            ),
            region=parameters.get("region", "")[:LONGEST_QUERY],
            agency=parameters.get("agency", "")[:LONGEST_QUERY],
            page=_number(parameters.get("page", "1"), 1, LAST_PAGE, "页码"),
        )

    @property
    def query(self) -> Query:
        """The query, parsed."""
        return Query.parse(self.q)

    @property
    def filters(self) -> Filters:
        """The filters; several years stand for the span from the first to the last."""
        return Filters(
            categories=self.category,
            themes=self.theme,
            levels=self.level,
            years=(min(self.year), max(self.year)) if self.year else (None, None),
            region=self.region or None,
            agency=self.agency or None,
        )

    def but(self, **changes: Any) -> Asked:
        """The same search with some fields changed."""
        return replace(self, **changes)

    def address(self, path: str = "/", **changes: Any) -> str:
        """The address of the same search with some parameters changed; page 1, unless `page` is given."""
        other = self.but(**{"page": 1, **changes})
        pairs = [
            (field.name, str(value))
            for field in fields(other)
            for value in _several(getattr(other, field.name))
            if value not in ("", None) and (field.name, value) != ("page", 1)
        ]
        if not other.category:
            pairs.append(("category", ""))  # none named is not the same as all
        return path + ("?" + urlencode(pairs) if pairs else "")

    def toggled(self, name: str, value: object) -> str:
        """The address with `value` of a filter switched: on, or off if it is on."""
        now = getattr(self, name)
        if isinstance(now, tuple):
            changed: Any = tuple(v for v in now if v != value) if value in now else (*now, value)
            if name == "year":
                changed = () if value in now else (value,)
        else:
            changed = "" if now == value else value
        return self.address(**{name: changed})


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)


def _members(kind: Callable[[str], Member], names: list[str], what: str) -> tuple[Member, ...]:
    try:
        return tuple(dict.fromkeys(kind(name) for name in names if name))
    except ValueError:
        raise HTTPException(400, f"没有这样的{what}") from None


def _number(text: str, low: int, high: int, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not low <= int(text) <= high:
        raise HTTPException(400, f"{what}应在 {low} 与 {high} 之间")
    return int(text)

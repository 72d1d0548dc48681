"""The application: addresses, what answers them, and what every answer carries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from nlp.findings import Finding, Kind, find
from nlp.findings.find import METHOD
from nlp.index import Database
from nlp.labels import Category, Label, Level, Theme
from nlp.output.csv import neutral
from nlp.output.findings import COLUMNS as FINDING_COLUMNS
from nlp.output.findings import rows as finding_rows
from nlp.output.hits import COLUMNS as HIT_COLUMNS
from nlp.output.hits import cells, workbook
from nlp.search import Filters, Hit, Searcher
from nlp.search.encoder import SentenceEncoder
from nlp.search.searcher import Facet
from nlp.search.semantic import Semantic
from nlp.web import reading
from nlp.web.asked import Asked
from nlp.web.charts import regions_chart, themes_chart

LARGEST_ID = 2**63 - 1
PER_PAGE = 20
MOST_DOWNLOADED = 10_000
"""Rows of a download; the page says so where there are more."""
MOST_FINDINGS = 500
"""Findings of a kind that one page shows."""
FACETS = (Facet.CATEGORY, Facet.THEME, Facet.YEAR, Facet.LEVEL, Facet.REGION)
LONGEST_FACET = 15
LOCAL = ["127.0.0.1", "localhost", "[::1]", "testserver"]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
SVG_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class _Pages:
    """The pages over one database, which others may add to meanwhile."""

    def __init__(self, database: Database, encoder: SentenceEncoder | None) -> None:
        self._database = database
        self._connection = database.connection
        self._encoder = encoder
        self._lock = Lock()
        self._version: int | None = None
        self._begin_anew()
        self._templates = Environment(
            loader=PackageLoader("nlp.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            Category=Category, Theme=Theme, Level=Level, Kind=Kind, marked=marked, most=MOST_DOWNLOADED
        )

    def _begin_anew(self) -> None:
        """Forget all that was kept of the database."""
        meaning = Semantic(self._connection, self._encoder) if self._encoder is not None else None
        self._searcher = Searcher(self._database, meaning)
        self._findings: dict[Kind, list[Finding]] = {}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One request at a time uses the connection, and sees one state of the database, the present one."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
                if version != self._version:
                    self._begin_anew()
                    self._version = version
                yield
            finally:
                self._connection.execute("COMMIT")

    def _page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(name).render(**values), status)

    def search(self, request: Request) -> Response:
        """The search page: results, and facets to narrow them."""
        asked = Asked.of(request.query_params)
        with self._reading():
            found = self._searcher.search(
                asked.query, asked.filters, limit=PER_PAGE, offset=(asked.page - 1) * PER_PAGE, context=True
            )
            facets = [(facet, self._facet(facet, asked)) for facet in FACETS]
        pages = max(1, -(-found.total // PER_PAGE))
        return self._page(
            "search.html", asked=asked, found=found, facets=facets, pages=pages, per_page=PER_PAGE
        )

    def _facet(self, facet: Facet, asked: Asked) -> list[tuple[object, str, int, bool]]:
        """Value, name, number and whether it is chosen, of each value of a facet, counted without its own filter."""
        free: object = "" if facet is Facet.REGION else ()
        others = asked.but(**{str(facet): free})
        chosen = getattr(asked, str(facet))
        kinds: dict[Facet, Callable[[str], Label]] = {
            Facet.CATEGORY: Category, Facet.THEME: Theme, Facet.LEVEL: Level,
        }  # fmt: skip
        values: list[tuple[object, str, int, bool]] = []
        for value, number in self._searcher.count_by(
            facet, asked.query, others.filters, method=self._searcher.default_method
        ):
            if value is None:
                continue
            member: object = kinds[facet](str(value)) if facet in kinds else value
            name = member.chinese if isinstance(member, Label) else str(member)
            values.append(
                (member, name, number, member == chosen or (isinstance(chosen, tuple) and member in chosen))
            )
        if facet is Facet.YEAR:
            values.sort(key=lambda item: -int(str(item[0])))
        return values[:LONGEST_FACET]

    def report(self, request: Request) -> Response:
        """One report, its statements coloured, its problems linked to what answers them."""
        id = request.path_params["id"]
        with self._reading():
            found = reading.report(self._connection, id) if id <= LARGEST_ID else None
        if found is None:
            raise HTTPException(404, "没有这份年报")
        return self._page("report.html", report=found)

    def overview(self, request: Request) -> Response:
        """Charts and totals."""
        with self._reading():
            totals = reading.totals(self._connection)
            themes = reading.themes_by_year(self._connection)
            regions = reading.problems_by_region(self._connection)
        return self._page("overview.html", totals=totals, themes=themes, regions=regions)

    def chart(self, request: Request) -> Response:
        """A chart as SVG."""
        with self._reading():
            if request.path_params["name"] == "themes":
                drawn = themes_chart(reading.themes_by_year(self._connection))
            elif request.path_params["name"] == "regions":
                drawn = regions_chart(reading.problems_by_region(self._connection))
            else:
                raise HTTPException(404, "没有这张图")
        return Response(drawn, media_type="image/svg+xml", headers=SVG_HEADERS)

    def findings(self, request: Request) -> Response:
        """The findings of one kind."""
        kind = self._kind(request)
        found = self._found(kind)
        return self._page(
            "findings.html", kind=kind, method=METHOD[kind], findings=found[:MOST_FINDINGS], total=len(found)
        )

    def download_findings(self, request: Request) -> Response:
        """All findings of one kind, as a spreadsheet."""
        kind = self._kind(request)
        rows = [FINDING_COLUMNS, *finding_rows(self._found(kind))]
        return _spreadsheet(rows, request.path_params["format"], f"findings-{kind}")

    def _kind(self, request: Request) -> Kind:
        try:
            return Kind(request.path_params["kind"])
        except ValueError:
            raise HTTPException(404, "没有这类发现") from None

    def _found(self, kind: Kind) -> list[Finding]:
        with self._reading():
            if kind not in self._findings:
                found = find(self._database, kind, Filters())
                self._findings[kind] = sorted(found, key=lambda finding: -finding.score)
            return self._findings[kind]

    def download(self, request: Request) -> Response:
        """The hits of a search, as a spreadsheet."""
        asked = Asked.of(request.query_params)
        with self._reading():
            page = self._searcher.search(asked.query, asked.filters, limit=MOST_DOWNLOADED, context=True)
        return _spreadsheet([HIT_COLUMNS, *map(cells, page.hits)], request.path_params["format"], "gongkai")

    def failed(self, request: Request, fault: Exception) -> Response:
        """A page that says what is wrong."""
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        words = {404: "没有这个页面", 405: "不能这样访问", 500: "出错了，请重试"}
        detail = fault.detail if isinstance(fault, HTTPException) and not fault.detail.isascii() else ""
        return self._page("error.html", status, message=detail or words.get(status, "请求有误"))


def marked(hit: Hit) -> list[tuple[str, bool]]:
    """The text of a hit as pieces, each with whether it was asked for."""
    pieces, at = [], 0
    for start, end in hit.highlights:
        pieces += [(hit.text[at:start], False), (hit.text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (hit.text[at:], False)] if piece[0]]


def _spreadsheet(rows: Sequence[Sequence[object]], format: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    if format == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Response(workbook(rows), media_type=kind, headers=disposition)
    if format != "csv":
        raise HTTPException(404, "只能下载 csv 或 xlsx")
    text = io.StringIO(newline="")
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=disposition)


class _Headers(BaseHTTPMiddleware):
    """HEADERS on every answer that has none of its own."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def create(path: str | Path, encoder: SentenceEncoder | None = None, hosts: Sequence[str] = ()) -> Starlette:
    """The application over the database at `path`, which it only reads; with `encoder`, it searches by meaning too.

    `hosts` are names under which it may be asked, beside those of this machine. Raises DatabaseError if there is no
    such database.
    """
    pages = _Pages(Database.open_readonly(path, any_thread=True), encoder)
    return Starlette(
        routes=[
            Route("/", pages.search, name="search"),
            Route("/report/{id:int}", pages.report),
            Route("/overview", pages.overview),
            Route("/chart/{name}.svg", pages.chart),
            Route("/findings/{kind}", pages.findings),
            Route("/findings/{kind}/all.{format}", pages.download_findings),
            Route("/download.{format}", pages.download),
            Mount("/static", StaticFiles(packages=[("nlp.web", "static")])),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[*LOCAL, *hosts]),
            Middleware(GZipMiddleware, minimum_size=2000),
            Middleware(_Headers),
        ],
        exception_handlers={HTTPException: pages.failed, Exception: pages.failed},
    )

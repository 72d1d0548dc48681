"""Search: statements of an index by words, by meaning and by facet."""

from nlp.search.filters import Filters
from nlp.search.hits import Hit, Page
from nlp.search.query import Query
from nlp.search.searcher import Method, Searcher

__all__ = ["Filters", "Hit", "Method", "Page", "Query", "Searcher"]

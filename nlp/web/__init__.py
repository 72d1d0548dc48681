"""The page: an index looked at in a browser, on this machine."""

from nlp.web.application import create

__all__ = ["create"]

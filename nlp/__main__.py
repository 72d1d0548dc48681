"""`python -m nlp` is `gongkai`."""

from nlp.cli import main

main()

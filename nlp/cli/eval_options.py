"""Which options of `gongkai eval` go together: none is left out without a word."""

from __future__ import annotations

from collections.abc import Mapping

from nlp.errors import UsageError

MEASURED = "a model that is measured on annotated reports"
"""What `gongkai eval` does where no option asks for another thing."""
FOLDS = ("--leave-out", "--cv", "--curve")
_GOES_WITH: dict[str, tuple[str, ...]] = {
    "--compare": (MEASURED, *FOLDS),
    "--slices": (MEASURED,),
    "--errors": (MEASURED, "--agreement", "--retrieval", "--findings"),
    "--robustness": (MEASURED,),
    "--html": (MEASURED,),
    "--engine": (MEASURED,),
    "--epochs": FOLDS,
    "--jobs": FOLDS,
    "--only": ("--baselines",),
    "--threads": (MEASURED, "--baselines", "--retrieval", "--findings"),
}
_OWN_REPORTS = (*FOLDS, "--retrieval", "--findings")


def check_options(modes: Mapping[str, object], options: Mapping[str, object], reports_named: bool) -> None:
    """Raise UsageError for two modes at a time, or an option that does not go with the one that is asked for.

    `modes` and `options` hold the values given, false where there is none.
    """
    asked = [mode for mode, value in modes.items() if value]
    if len(asked) > 1:
        raise UsageError(f"{', '.join(asked)}: one at a time")
    mode = asked[0] if asked else MEASURED
    if reports_named and mode in _OWN_REPORTS:
        raise UsageError(f"{mode}: measures on reports of its own; name none")
    for option, value in options.items():
        goes_with = _GOES_WITH[option]
        if value and mode not in goes_with:
            raise UsageError(f"{option}: goes with {_listed(goes_with)}" + (f", not {mode}" if asked else ""))


def _listed(names: tuple[str, ...]) -> str:
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]

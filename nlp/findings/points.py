"""Points: problems that a report states in several sentences, and the improvements that it puts right behind one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from nlp.enumerator import enumerator_at
from nlp.findings.claims import Claim


def points(problems: Sequence[Claim]) -> list[int]:
    """The point of each problem of a report, in its order: the place of the problem that begins it.

    A numbered sentence (（一）力量不足。) begins a point, and sentences without a number right behind it go on with it.
    """
    found: list[int] = []
    goes_on = False
    for i, claim in enumerate(problems):
        text = claim.text.strip()
        if enumerator_at(text):
            goes_on = text.endswith("。")
        elif goes_on and claim.statement_id == problems[i - 1].statement_id + 1:
            found.append(found[-1])
            continue
        else:
            goes_on = False
        found.append(i)
    return found


def owners(
    problems: Sequence[Claim], improvements: Sequence[Claim], point_of: Sequence[int]
) -> dict[int, int]:
    """Improvements, by their places, that were written for one point, with that point.

    Where a report has problems and improvements in turn, those that stand behind a single point are for it alone.
    """
    order = sorted(
        [(claim.statement_id, True, i) for i, claim in enumerate(problems)]
        + [(claim.statement_id, False, i) for i, claim in enumerate(improvements)]
    )
    turns = [(of_problem, [i for _, _, i in group]) for of_problem, group in groupby(order, lambda at: at[1])]
    if sum(of_problem for of_problem, _ in turns) < 2:
        return {}
    found: dict[int, int] = {}
    for (of_problem, stated), (_, behind) in pairwise(turns):
        of_points = {point_of[i] for i in stated} if of_problem else set()
        if len(of_points) == 1:
            found |= dict.fromkeys(behind, of_points.pop())
    return found

"""Boilerplate: statements that agencies share nearly word for word.

Candidates by MinHash and locality-sensitive hashing over character trigrams (Broder 1997; Leskovec, Rajaraman and
Ullman 2020, ch. 3), by datasketch; what is near enough is linked, and linked statements are one cluster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from nlp.extras import needs
from nlp.findings.claims import Claim, Claims
from nlp.findings.finding import Finding, Kind, Role
from nlp.findings.similarity import by_words

SHORTEST = 12
"""Characters, marks not counted, from which on a shared statement is no accident."""
LIKE = 0.85
"""Likeness by characters of two statements of one cluster."""
AGENCIES = 3
"""Agencies that must share it."""
JACCARD, PERMUTATIONS = 0.5, 64
"""What the hashing lets through, before likeness decides."""


def boilerplate(reports: Iterable[Claims]) -> Iterator[Finding]:
    """Problems and improvements that at least AGENCIES agencies share, widest spread first."""
    with needs("search", "boilerplate"):
        from datasketch import MinHash, MinHashLSH

    owner: dict[str, list[tuple[Claims, Claim]]] = defaultdict(list)
    for report in reports:
        for claim in (*report.problems, *report.improvements):
            if len(claim.words) >= SHORTEST:
                owner[claim.words].append((report, claim))
    lsh = MinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS)
    parent = {words: words for words in owner}

    def root(words: str) -> str:
        while parent[words] != words:
            parent[words] = parent[parent[words]]
            words = parent[words]
        return words

    for words, owners in owner.items():
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch([words[i : i + 3].encode() for i in range(len(words) - 2)])
        near = [other for other in lsh.query(sketch) if root(other) != root(words)]
        if near:
            likeness = by_words([owners[0][1]], [owner[other][0][1] for other in near])[0]
            for other, value in zip(near, likeness, strict=True):
                if value >= LIKE:
                    parent[root(words)] = root(other)
        lsh.insert(words, sketch)
    clusters: dict[str, list[tuple[Claims, Claim]]] = defaultdict(list)
    for words, owners in owner.items():
        clusters[root(words)] += owners
    found = []
    for cluster in clusters.values():
        spread = {report.agency_key or report.source for report, _ in cluster}
        if len(spread) >= AGENCIES:
            evidence = tuple(report.evidence(Role.SHARED, claim) for report, claim in cluster)
            themes = tuple(sorted(set[str]().union(*(claim.themes for _, claim in cluster))))
            found.append(Finding(Kind.BOILERPLATE, evidence, float(len(spread)), themes))  # type: ignore[arg-type]
    yield from sorted(found, key=lambda finding: -finding.score)

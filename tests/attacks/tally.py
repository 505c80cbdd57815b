"""What was sent and what became of it, by family and profile, and every frame whose fate was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from weft.conformance.families.attempt import Attempt
from weft.conformance.machine.hearing import Verdict
from weft.conformance.machine.society import Station


class Complaint(NamedTuple):
    """A frame whose fate was not what the model says: it was lost, astray, doubled, or died for another reason."""

    what: str
    family: str
    name: str
    sender: str
    profile: str
    detail: str
    octets: bytes

    def __str__(self) -> str:
        said = f"{self.family}, {self.name}, by {self.sender} ({self.profile})"
        return f"{self.what}: {said}: {self.detail}: {self.octets.hex()}"


def judged(
    sender: Station, attempt: Attempt, verdict: Verdict, heard: Mapping[tuple[str, bytes], int]
) -> list[Complaint]:
    """What is wrong with who has heard which octets, and how often."""

    def complaint(what: str, whose: Iterable[tuple[str, bytes]]) -> Complaint:
        detail = "; ".join(f"{name}{'' if octets == attempt.octets else ' ' + octets.hex()}" for name, octets in whose)
        return Complaint(what, attempt.family, attempt.name, sender.name, sender.profile, detail, attempt.octets)

    must = set(verdict.must.items())
    wrong = {
        "lost": must - heard.keys(),
        "astray": heard.keys() - must - set(verdict.may.items()),
        "doubled": {arrival for arrival, times in heard.items() if times > 1},
    }
    return [complaint(what, sorted(whose)) for what, whose in wrong.items() if whose]


class Tally:
    """What was sent in one fabric."""

    def __init__(self, fabric: str) -> None:
        self.fabric = fabric
        self.sent: Counter[tuple[str, str]] = Counter()
        self.lawful = 0
        self.heard = 0
        self.complaints: list[Complaint] = []
        self.strays: list[str] = []  # what was heard and is no frame that anybody has sent

    def note(
        self, sender: Station, attempt: Attempt, verdict: Verdict, heard: Mapping[tuple[str, bytes], int]
    ) -> list[Complaint]:
        """Count an attempt, and keep what is wrong with its fate."""
        found = judged(sender, attempt, verdict, heard)
        self.sent[attempt.family, sender.profile] += 1
        self.lawful += bool(verdict.must)
        self.heard += sum(heard.values())
        self.complaints += found
        return found

    def table(self) -> str:
        """How many frames of each family each profile has sent; a profile's column is named below."""
        families, profiles = (list(dict.fromkeys(pair[at] for pair in self.sent)) for at in (0, 1))
        wrong = Counter((complaint.family, complaint.profile) for complaint in self.complaints)
        lines = [f"{self.fabric}: {self.sent.total()} frames, {self.lawful} of them lawful, heard {self.heard} times"]
        lines.append(" " * 40 + "".join(f"{chr(ord('A') + n):>6}" for n in range(len(profiles))))
        for family in families:
            cells = (f"{self.sent[family, p]}{'!' if wrong[family, p] else ''}" for p in profiles)
            lines.append(f"{family:40}" + "".join(f"{cell:>6}" for cell in cells))
        lines += [f"  {chr(ord('A') + n)}: {profile}" for n, profile in enumerate(profiles)]
        what = Counter(complaint.what for complaint in self.complaints)
        return "\n".join([*lines, ", ".join(f"{what[kind]} {kind}" for kind in ("astray", "lost", "doubled"))])

    def worst(self, count: int = 20) -> list[str]:
        """Some of what is wrong, in words."""
        return [*map(str, self.complaints), *self.strays][:count]

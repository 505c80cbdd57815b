"""Tables that are broken on purpose, each in one way."""

from tests.attacks.broken import entrances, insides, origins, ways

BROKEN = entrances.BROKEN + insides.BROKEN + origins.BROKEN + ways.BROKEN

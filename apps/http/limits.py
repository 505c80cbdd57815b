"""How much one request may be, whichever API it is for."""

from __future__ import annotations

MAX_BYTES = 1 << 20  # of a body

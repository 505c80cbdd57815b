"""Where each kind of thing lives in REST v1. The server and its clients read the same names.

A line in ``COLLECTIONS`` gives a kind its whole API: list, make, show, change, delete, tags and history.
"""

from __future__ import annotations

COLLECTIONS = {
    "segment": "segments",
    "port": "ports",
    "vif": "vifs",
    "subnet": "subnets",
    "switch": "switches",
    "link": "links",
    "quota": "quotas",
    "security_group": "security_groups",
    "trunk": "trunks",
}
NAMED_BY_PEOPLE = frozenset({"switch", "link", "quota"})  # their ids say something, so nobody makes one up
PATHS = {kind: f"/v1/{collection}" for kind, collection in COLLECTIONS.items()}
MOST_COMMANDS = 1000  # in one request: deciding more would hold up the switches' sessions
FLOWS = "/v1/flows"
AUDITS = "/v1/audits"
AUDIT_LOG = "/v1/audit-log"
COUNTERS = "counters"  # of a port, behind its path
TAGS = "tags"
HISTORY = "history"
DOCTOR = "/v1/doctor"
DROPS = "/v1/drops"
CLAIMS = "/v1/claims"
TRANSACTIONS = "/v1/transactions"
SHADOWS = "/v1/shadows"
EXTENSIONS = "/v1/extensions"
PLUGINS = "/v1/plugins"
DIFFERENCE = "difference"  # of a shadow, behind its path
SIMULATED_FRAMES = "/v1/simulator/frames"
TOKENS = "/v1/tokens"
WATCH = "/v1/watch"
OPENAPI = "/v1/openapi.json"
DOCS = "/v1/docs"
HEALTH = "/healthz"
PUBLIC = frozenset({HEALTH, OPENAPI, DOCS})  # what whoever can reach the controller may read
ACT_AS = "Weft-Act-As"  # the header by which a client acts with less than its token

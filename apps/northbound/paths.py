"""Where each kind of thing lives in REST v1. The server and its clients read the same names."""

from __future__ import annotations

COLLECTIONS = {"segment": "segments", "port": "ports", "vif": "vifs", "switch": "switches", "link": "links"}
PATHS = {kind: f"/v1/{collection}" for kind, collection in COLLECTIONS.items()}
FLOWS = "/v1/flows"
AUDITS = "/v1/audits"
COUNTERS = "counters"  # of a port, behind its path
DOCTOR = "/v1/doctor"
DROPS = "/v1/drops"
CLAIMS = "/v1/claims"
TRANSACTIONS = "/v1/transactions"
HEALTH = "/healthz"
ACT_AS = "Weft-Act-As"  # the header by which a client acts with less than its token

"""Availability zones: there is one, the fabric."""

from __future__ import annotations

import falcon

ZONE = "default"


class AvailabilityZones:
    """``/v2.0/availability_zones``."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The one zone."""
        resp.media = {"availability_zones": [{"name": ZONE, "resource": "network", "state": "available"}]}

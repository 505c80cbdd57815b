"""Fabrics to try Weft on: each is one source for Mininet and for the facts that match it."""

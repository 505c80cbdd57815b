"""Quantum's API, v1.0 and v1.1, over Weft's model: networks, ports, attachments. ``app.build_quantum`` makes it."""

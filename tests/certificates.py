"""Certificates to test with."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own for that name and 127.0.0.1, in ``served.pem`` and ``served.key``."""
    chain, key = folder / "served.pem", folder / "served.key"
    names = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1")
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    new = (folder / "new.pem", folder / "new.key")
    subprocess.run(
        ["openssl", *made, *names, "-out", str(new[0]), "-keyout", str(new[1])], check=True, capture_output=True
    )
    new[1].rename(key)
    new[0].rename(chain)
    return chain, key

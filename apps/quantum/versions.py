"""The two versions of Quantum's API, and what differs between them beside the faults."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple


class Version(NamedTuple):
    """A version: where it lives, its XML namespace, what it answers to a POST, and whether it tells ``op-status``."""

    path: str
    namespace: str
    created: HTTPStatus
    op_status: bool


V10 = Version("/v1.0", "http://openstack.org/quantum/api/v1.0", HTTPStatus.OK, False)
V11 = Version("/v1.1", "http://openstack.org/quantum/api/v1.1", HTTPStatus.ACCEPTED, True)
VERSIONS = (V10, V11)


def version_of(path: str) -> Version:
    """The version that a path belongs to.

    >>> version_of("/v1.1/extensions") is V11, version_of("/v1.0") is V10
    (True, True)
    """
    return V11 if path == V11.path or path.startswith(f"{V11.path}/") else V10

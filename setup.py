"""Packaging of Weft: the path after the repository's root is the import path after ``weft.``."""

from pathlib import Path

from setuptools import find_packages, setup

ROOMS = ("controller", "apps", "topologies")
CONFORMANCE = "apps/conformance"  # for whoever writes a plug-in: weft.conformance, and nothing else

# One line of reason for each dependency; the versions are pinned, and tried together by scripts/test.
REQUIRES = [
    "ryu==4.34",  # the OpenFlow framework: sessions, events, messages
    "eventlet==0.41.3",  # Ryu's event loop; 0.41 is the newest that was tried with Ryu on Python 3.11 to 3.13
    "dnspython>=2.9,<3",  # eventlet imports it, and versions before 2 break every modern eventlet
    "networkx==3.6.1",  # shortest paths and trees over the fabric's links
    "falcon==4.4.0",  # the REST routing; the fastest of the maintained WSGI frameworks that were measured
    "pydantic==2.14.3",  # shapes of requests, with errors that name the field
    "httpx==0.28.1",  # the HTTP client of the CLI and the lab
    "typer==0.29.2",  # the command line
    "rich==15.0.0",  # tables and progress for people
    "structlog==26.1.0",  # log lines that programs can read
    "PyYAML==6.0.3",  # model files of `weft compile`, and `-o yaml`
    "oslo.policy==6.0.1",  # policies in a file, in the words that OpenStack's operators know
    "PyJWT[crypto]==2.15.1",  # bearer tokens of an issuer, and their signatures
    "defusedxml==0.7.1",  # XML of Quantum's clients, without entity bombs
    "pyroute2==0.9.7",  # netlink: bridges of Linux, their interfaces and VLANs
    "setuptools>=64",  # Ryu imports distutils, which Python 3.12 no longer brings
]
TEST_REQUIRES = [
    "pytest==9.2.0",  # the test runner
    "pytest-timeout==2.4.0",  # a hung test names itself
    "pytest-xdist==3.8.0",  # several tests at once: many wait more than they work
    "hypothesis==6.170.15",  # properties over random histories
    "schemathesis==4.32.5",  # requests that the API's own description allows, and the answers it promises
    "openapi-spec-validator==0.9.0",  # whether that description is one
    "jsonschema==4.26.0",  # whether answers are what it describes
    "python-openstackclient==10.5.0",  # OpenStack's own command line, unmodified, as a client
    "openstacksdk==4.22.0",  # and OpenStack's own library
    "ruff==0.17.6",  # style
    "mypy==2.4.1",  # types
    "types-PyYAML==6.0.12.20261113",  # types of PyYAML for mypy
    "types-networkx==3.6.1.20260624",  # types of networkx for mypy
]
LAB_REQUIRES = [
    "mininet==2.3.0.dev6",  # hosts, switches and links of a lab
]


def packages() -> list[str]:
    """Every package below the three rooms and the conformance kit, under the ``weft`` namespace."""
    folders = {**{room: room for room in ROOMS}, "conformance": CONFORMANCE}
    return [
        name
        for room, folder in folders.items()
        for name in (f"weft.{room}", *(f"weft.{room}.{p}" for p in find_packages(folder, ["conformance*"])))
    ]


setup(
    name="weft",
    version="0.1.0",
    description="Network connectivity as a service for OpenFlow fabrics",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    package_dir={**{f"weft.{room}": room for room in ROOMS}, "weft.conformance": CONFORMANCE},
    packages=packages(),
    package_data={f"weft.{room}": ["py.typed", "northbound/description/*.html"] for room in ROOMS},
    install_requires=REQUIRES,
    extras_require={"test": TEST_REQUIRES + LAB_REQUIRES, "lab": LAB_REQUIRES},
    entry_points={
        "console_scripts": [
            "weft = weft.apps.cli:main",
            "weft-controller = weft.apps.launch:main",
            "weft-lab = weft.apps.lab.start:main",
        ],
        "weft.plugins": [
            "linux-bridge = weft.apps.plugins.linux_bridge.plugin:linux_bridge",
            "nexus = weft.apps.plugins.nexus:NexusPlugin",
            "simulator = weft.apps.plugins.simulator.plugin:Simulator",
        ],
        "weft.beds": [
            "linux-bridge = weft.apps.plugins.linux_bridge.bed:LinuxBridges",
            "openvswitch = weft.conformance.beds.openvswitch:OpenVSwitchBed",
            "simulator = weft.conformance.beds.simulator:SimulatorBed",
        ],
        "weft.extensions": [
            "mirror = weft.apps.extensions.mirror:MIRROR",
            "portstats = weft.apps.extensions.portstats:PORTSTATS",
            "qos = weft.apps.extensions.qos:QOS",
        ],
    },
)

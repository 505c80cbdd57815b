"""A typed client of REST v1. ``Client`` is where to begin.

>>> with Client("http://127.0.0.1:8181", token) as weft:  # doctest: +SKIP
...     weft.ports.create({"name": "web", "segment": "red"}, wait=10)
...     for port in weft.ports.each(status="ERROR"):
...         print(port["id"], port["status"]["reason"])
"""

from weft.apps.client.client import DEFAULT_URL as DEFAULT_URL
from weft.apps.client.client import Client as Client
from weft.apps.client.client import acting_as as acting_as
from weft.apps.client.connection import Document as Document
from weft.apps.client.connection import Documents as Documents
from weft.apps.client.errors import BadAddress as BadAddress
from weft.apps.client.errors import NotActive as NotActive
from weft.apps.client.errors import Problem as Problem
from weft.apps.client.errors import Unreachable as Unreachable
from weft.apps.client.events import Event as Event

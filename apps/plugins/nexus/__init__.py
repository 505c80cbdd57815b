"""Cisco's Nexus: switches that are told by NX-API over HTTPS, and port profiles for 802.1Qbh."""

from weft.apps.plugins.nexus.plugin import NexusPlugin as NexusPlugin

"""Puts the parts together: settings in, jobs out. Nothing is reached before it is used."""

from sync.bridge.jobs import Bridge

__all__ = ["Bridge"]

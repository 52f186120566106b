"""Whom we talk to: interfaces, registry, the Moodle client, the plug-ins."""

__version__ = "0.1.0"

"""Finds out whether a mail's From is true: SPF, DKIM and DMARC, looked up in the DNS."""

from moodle_bridge.authenticity.resolver import DnsResolver, Resolver, Unanswered
from moodle_bridge.authenticity.verify import verify

__all__ = ["DnsResolver", "Resolver", "Unanswered", "verify"]

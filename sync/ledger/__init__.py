"""The memory: what was seen, what is meant, what was done."""

from sync.ledger.database import Ledger, Transaction

__all__ = ["Ledger", "Transaction"]

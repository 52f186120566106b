"""The memory: what was seen, what is meant, what was done."""

from sync.ledger.database import Ledger
from sync.ledger.transaction import Transaction

__all__ = ["Ledger", "Transaction"]

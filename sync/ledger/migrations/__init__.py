"""How the ledger of one version becomes that of the next."""

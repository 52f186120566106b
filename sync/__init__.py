"""What is done, and when: jobs, the ledger, the command line."""

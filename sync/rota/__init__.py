"""The rota as it is now: its sources, its changes, and what has passed."""

"""Reports: what they are made from, and where they go."""

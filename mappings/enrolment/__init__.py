"""From people to a plan: whom it matches, what it changes, what is held."""

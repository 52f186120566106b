"""Which facilitator is to be told of which question, and when."""

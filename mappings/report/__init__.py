"""The report: its numbers, and the forms in which it is shown."""

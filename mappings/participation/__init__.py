"""Who takes part: by week and phase, among whom, and who has gone quiet."""

"""How long people wait for an answer: waits, clocks, estimates."""

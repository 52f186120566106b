"""Values that cross rooms: frozen, slotted, keyword-only; times are aware UTC."""

"""The few pages that the bridge shows itself."""

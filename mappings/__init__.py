"""What becomes what: pure translation, no network, no disk, no clock, no chance."""

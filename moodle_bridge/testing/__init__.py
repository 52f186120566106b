"""Contract suites that a plug-in of any kind can inherit."""

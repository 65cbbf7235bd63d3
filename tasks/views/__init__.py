"""Pages of this app, by page group."""

"""Pages and addresses of money, by group."""

"""The API of tasks (spec 7)."""

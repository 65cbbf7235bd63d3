"""The outside world: Weibo and Sina Pay, and nothing else may call out."""

"""The clients of Weibo and Sina Pay: by themselves, over loopback, and against the sandbox."""

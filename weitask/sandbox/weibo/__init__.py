"""The Weibo Open Platform side, built from protocols/weibo.md."""

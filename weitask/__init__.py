"""Weitask 微任务."""

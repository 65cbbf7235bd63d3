"""Weibo and Sina Pay for one machine: a separate process with its own storage, built from the protocol sheets.

It imports nothing of the product and the product imports nothing of it: they meet over HTTP only.
"""

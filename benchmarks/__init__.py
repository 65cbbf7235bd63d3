"""Measurements of the hot paths, each beside a floor taken in the same run: `make bench`, `make bench-ledger` …"""

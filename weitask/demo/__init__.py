"""The demo and the rehearsal: stepping the business clock, a scripted market, the sandbox's control interface.

Nothing of the product imports this package; it is mounted only where `WEITASK_DEMO` is set (spec 8, 9).
"""

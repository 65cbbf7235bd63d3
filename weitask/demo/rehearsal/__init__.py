"""A scripted market through the real verbs, the real gateways and the real sandbox (spec 9)."""

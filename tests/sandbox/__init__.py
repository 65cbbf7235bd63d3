"""The sandbox on the wire, checked with raw HTTP against the protocol sheets, not with our clients."""

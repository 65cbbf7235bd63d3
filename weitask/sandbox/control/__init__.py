"""The control interface of spec 8: JSON, for tests, the rehearsal and the demo only."""

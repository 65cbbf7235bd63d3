"""Everything `make run` and `make test` need on one machine: embedded servers, secrets, assets, runner."""

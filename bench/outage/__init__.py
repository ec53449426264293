"""The bars on faults that use has found: inputs, environment, clients, attacks."""

"""Written to runnable: registries, grammar and values, scope, program, faults."""

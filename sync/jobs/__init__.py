"""The jobs: each gathers what its plan needs and hands actions to the engine."""

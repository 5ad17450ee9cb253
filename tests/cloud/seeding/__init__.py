"""The parts of the seed, one subject a file."""

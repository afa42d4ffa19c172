"""The product as a library: no web framework, no clock of its own, no commits."""

"""Kinds of parts of a form, one file each; engine/registry.py imports them all."""

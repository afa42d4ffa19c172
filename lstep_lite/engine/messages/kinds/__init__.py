"""Block kinds, one file each; engine/registry.py imports them all."""

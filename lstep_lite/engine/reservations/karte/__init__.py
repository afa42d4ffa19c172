"""カルテ: what was seen and done, with photos, for staff alone.

What is about health is shown to those who may see it. Photos are on disk before a row names them, and are removed after
no entry holds them any more (sweeping).
"""

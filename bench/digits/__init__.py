"""The digits network: how it was trained, and what INT8 costs it."""

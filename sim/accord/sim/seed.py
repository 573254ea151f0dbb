"""The seed of random tests: the same from run to run unless asked otherwise, and always printed."""

import os
import secrets

DEFAULT = 20_260_101


def seed(default: str = str(DEFAULT)) -> int:
    """Return what ACCORD_SEED gives, or without it ``default``: a number, or ``random`` for a fresh one.

    Raises ValueError where ACCORD_SEED is neither.
    """
    setting = os.environ.get("ACCORD_SEED", default)
    if setting == "random":
        return secrets.randbits(31)
    if not setting.isdecimal():
        raise ValueError(f"ACCORD_SEED={setting!r}: expected a decimal number or 'random'")
    return int(setting)

"""The long runs, stage after stage: ``make nightly``."""

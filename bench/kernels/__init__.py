"""accord's kernels beside their peers, in one run: ``make bench``."""

"""Print what INT8 costs the digits networks, each calibration method over five folds; 1 where that is 1 % or more.

``--weight-bits 7`` measures weights of 7 bits.
"""

import argparse
import sys

from bench.digits.folds import LIMIT, TARGET, measure, table


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weight-bits", type=int, choices=(7, 8), default=8)
    rows = list(measure(parser.parse_args(arguments).weight_bits))
    for line in table(rows):
        print(line)
    largest = max(abs(row.difference) for row in rows)
    print(f"largest difference {100 * largest:.2f} %: limit {100 * LIMIT:.0f} %, target {100 * TARGET:.1f} %")
    return int(largest > LIMIT)


if __name__ == "__main__":
    sys.exit(main())

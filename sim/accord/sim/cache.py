"""Where generated files are kept, and how an entry comes to be there exactly once.

An entry is a directory named by a hash of everything that went into it. It is made under a lock in a
temporary directory and renamed when complete, so that concurrent processes neither repeat work nor see half
of it, and a failure leaves nothing.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from filelock import FileLock


def cache_dir() -> Path:
    """Return the cache directory: ACCORD_CACHE where set, else ~/.cache/accord-npu."""
    setting = os.environ.get("ACCORD_CACHE")
    return Path(setting).absolute() if setting else Path.home() / ".cache" / "accord-npu"


def key_of(parts: Iterable[str | bytes]) -> str:
    """Return a key of 24 hexadecimal digits; every part counts, and so does where one ends."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()[:24]


def entry(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """Return the directory ``<cache>/<kind>/<key>``, filled by ``make(directory)`` where it is absent.

    What ``make`` raises is passed on, and no entry is left.
    """
    final = cache_dir() / kind / key
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{final}.lock"):
        if final.is_dir():
            return final
        work = Path(tempfile.mkdtemp(prefix=f"{key}.", dir=final.parent))
        try:
            make(work)
            work.chmod(0o755)
            work.rename(final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return final

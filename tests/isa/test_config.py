"""Configurations: what can be built, and the message for what cannot."""

import pytest

from accord.isa import Config, ConfigError
from accord.isa.config import LANES


@pytest.mark.parametrize("k", LANES)
@pytest.mark.parametrize("vx_count", range(4, 33, 4))
def test_derived_counts(k: int, vx_count: int) -> None:
    config = Config(k=k, vx_count=vx_count)
    counts = [config.count(name) for name in ("VX", "VE", "VR", "A")]
    assert counts == [vx_count, vx_count // 2, vx_count // 4, 32]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"k": 3}, "k=3: the lane count must be one of 1, 2, 4, 8, 16, 32, 64"),
        ({"k": 0}, "k=0: the lane count"),
        ({"k": 128}, "k=128: the lane count"),
        ({"k": 8.0}, "k=8.0: expected an integer"),
        ({"k": True}, "k=True: expected an integer"),
        ({"vx_count": 6}, "vx_count=6: must be a multiple of 4 from 4 to 32"),
        ({"vx_count": 0}, "vx_count=0: must be"),
        ({"vx_count": 36}, "vx_count=36: must be"),
        ({"scratchpad_rows": 15}, "scratchpad_rows=15: must be 16 to 1048576"),
        ({"program_words": 65537}, "program_words=65537: must be 16 to 65536"),
    ],
)
def test_what_cannot_be_built_is_named(fields: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Config(**fields)

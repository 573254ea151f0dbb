"""Every operation of the table has semantics, every word runs, and the package needs NumPy only."""

import subprocess
import sys

import numpy as np
import pytest

from accord.isa.encoding import decode, encode
from accord.isa.fields import by_mnemonic, instructions
from accord.isa.table import TABLE
from accord.model import Config, Npu, implemented_ops
from accord.model.execute.registry import semantics


def test_operations_of_the_table_and_semantics_are_the_same():
    assert implemented_ops() == {row.op for row in TABLE}


def test_an_operation_has_one_meaning_only():
    with pytest.raises(ValueError, match="nop has semantics already"):
        semantics("nop")(lambda state, i: None)


@pytest.mark.parametrize("mnemonic", by_mnemonic())
def test_only_the_registers_written_change(mnemonic):
    """Of the state outside memory and the array, an instruction changes the register its row marks as written."""
    instruction = by_mnemonic()[mnemonic]
    npu = Npu(Config(k=4))
    random = np.random.default_rng(7)
    npu.ext_write_vx(0, random.integers(-128, 128, (32, 4)).astype(np.int8))
    npu.write_scratchpad(0, random.integers(-128, 128, (64, 4)).astype(np.int8))
    values = {"rd": 7, "rs1": 2, "rs2": 3, "rs3": 4}
    fields = {operand.field: values.get(operand.field, 1) for operand in instruction.operands}
    npu.load([encode(instruction, fields), encode(by_mnemonic()["halt"], {})])
    before_vx, before_a, before_scratchpad, before_lut = npu.vx, npu.a, npu.scratchpad, npu.lut
    assert npu.run().cause == 0
    written = {operand.kind for operand in instruction.operands if operand.access == "w"}
    rows = {"VX": {7}, "VE": {14, 15}, "VR": {28, 29, 30, 31}}
    allowed = set().union(*(rows[kind] for kind in written & rows.keys()))
    changed = set(np.flatnonzero((npu.vx != before_vx).any(axis=1)).tolist())
    assert changed <= allowed
    assert bool(changed) == bool(allowed)
    assert np.flatnonzero(npu.a != before_a).tolist() == ([7] if "A" in written else [])
    assert (npu.scratchpad != before_scratchpad).any() == mnemonic.startswith("st.")
    banks = {"vsetlut.a": [0], "vsetlut.b": [1]}.get(mnemonic, [])
    assert np.flatnonzero((npu.lut != before_lut).any(axis=1)).tolist() == banks


def test_random_legal_words_run_and_illegal_ones_trap():
    seed = 11
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    config = Config(k=2, scratchpad_rows=16, vx_count=16)
    npu = Npu(config)
    npu.ext_write_vx(0, random.integers(-128, 128, (16, 2)).astype(np.int8))
    rows = instructions()
    outcomes = {"ran": 0, "address": 0, "illegal": 0}
    for _ in range(20_000):
        instruction = rows[random.integers(len(rows))]
        word = instruction.match | (int(random.integers(1 << 32)) & ~instruction.mask)
        npu.load([word])
        status = npu.step()
        if decode(word, config) is None:
            outcomes["illegal"] += 1
            assert (status.cause, npu.counters.retired) == (1, 0)
        elif status.cause == 2:
            outcomes["address"] += 1
            assert instruction.row.unit == "lsu"
        else:
            outcomes["ran"] += 1
            assert (status.cause, npu.counters.retired) == (0, 1)
    assert min(outcomes.values()) > 100, outcomes


def test_importing_the_model_imports_numpy_and_the_instruction_set_only():
    script = (
        "import sys\n"
        "import numpy\n"
        "before = set(sys.modules)\n"
        "from accord.model import Npu, Config\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "outside = new - set(sys.stdlib_module_names) - {'accord', 'numpy'}\n"
        "parts = {name.split('.')[1] for name in sys.modules if name.startswith('accord.')}\n"
        "assert not outside, outside\n"
        "assert parts == {'isa', 'model'}, parts\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

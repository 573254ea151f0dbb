// The bare Verilated NPU: the same program, over and over, with nothing in the loop but the clock; between two runs as
// many scratchpad reads as the host makes. Usage: bare WORDS_FILE CYCLES_PER_RUN HOST_TICKS_PER_RUN RUNS; prints ticks
// and seconds.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "Vtop.h"
#include "verilated.h"

#define PORT(a, b) top.a##___05F##b

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const uint64_t cycles = strtoull(argv[2], nullptr, 10), host_ticks = strtoull(argv[3], nullptr, 10);
  const uint64_t runs = strtoull(argv[4], nullptr, 10);
  VerilatedContext context;
  Vtop top{&context};
  uint64_t ticks = 0;
  const auto tick = [&] {
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
    ++ticks;
  };
  top.clk = 0;
  top.rst = 1;
  tick();
  top.rst = 0;
  std::ifstream words(argv[1]);
  uint32_t word, address = 0;
  for (PORT(prog, en) = 1; words >> word; ++address) {
    PORT(prog, addr) = address;
    PORT(prog, data) = word;
    tick();
  }
  PORT(prog, en) = 0;
  ticks = 0;
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t run = 0; run < runs; ++run) {
    PORT(ctrl, rewind) = 1;
    tick();
    PORT(ctrl, rewind) = 0;
    PORT(ctrl, run) = 1;
    tick();
    PORT(ctrl, run) = 0;
    for (uint64_t cycle = 0; cycle < cycles; ++cycle) tick();
    if (!PORT(status, halted)) return 1;
    PORT(spad, en) = 1;
    for (uint64_t row = 0; row < host_ticks; ++row) {
      PORT(spad, addr) = row % 4096;
      tick();
    }
    PORT(spad, en) = 0;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%llu %.6f\n", static_cast<unsigned long long>(ticks), seconds.count());
  return 0;
}

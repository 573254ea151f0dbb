// Reads requests from standard input and answers on standard output until the input ends: kernels of a target that has
// no Python. A request or a reply is its length in bytes, then as many bytes.
#include <cstdio>

#include "operations.hpp"

namespace {

bool read_all(void *to, size_t size) { return std::fread(to, 1, size, stdin) == size; }

void write_number(uint32_t value) { std::fwrite(&value, sizeof value, 1, stdout); }

void write(const accord::Reply &reply) {
  write_number(static_cast<uint32_t>(8 + reply.text.size() + reply.bytes.size()));
  write_number(reply.done);
  write_number(static_cast<uint32_t>(reply.text.size()));
  std::fwrite(reply.text.data(), 1, reply.text.size(), stdout);
  std::fwrite(reply.bytes.data(), 1, reply.bytes.size(), stdout);
  std::fflush(stdout);
}

// As a process may leave it: rounding up, subnormals flushed to zero. Layers have to set their own.
void spoil_float_state() {
#if defined(__aarch64__)
  const uint64_t spoiled = UINT64_C(1) << 22 | UINT64_C(1) << 24;
  __asm__ volatile("msr fpcr, %0" : : "r"(spoiled) : "memory");
#endif
}

}  // namespace

int main() {
  spoil_float_state();
  std::vector<uint8_t> bytes;
  for (uint32_t size; read_all(&size, sizeof size);) {
    bytes.resize(size);
    if (!read_all(bytes.data(), size)) return 1;
    write(accord::answer({bytes.data(), size}));
  }
}

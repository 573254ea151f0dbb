// What the processor can do, by name, less what ACCORD_CPU_MASK hides.
#pragma once
#include <string>
#include <vector>

namespace accord {

// A bit a capability; the names are `capability_names`, in bit order.
enum Capability : unsigned {
  cap_avx2 = 1,
  cap_fma = 2,
  cap_avxvnni = 4,
  cap_avx512f = 8,
  cap_avx512bw = 16,
  cap_avx512dq = 32,
  cap_avx512vl = 64,
  cap_avx512vnni = 128,
  cap_avx512vbmi = 256,
  cap_neon = 512,
  cap_dotprod = 1024,
  cap_i8mm = 2048,
};

// The processor's capabilities, the operating system's support included, nothing hidden.
unsigned detect_capabilities();

// The capabilities that are named in a list separated by commas or spaces. std::invalid_argument for another name.
unsigned parse_capabilities(const std::string &names);

// What may be used: detected, less ACCORD_CPU_MASK. Read at every call: tests change it.
unsigned usable_capabilities();

std::vector<std::string> capability_names(unsigned capabilities);

}  // namespace accord

#include "capability.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace accord {
namespace {

constexpr std::array<std::string_view, 12> names = {"avx2",       "fma",      "avxvnni",  "avx512f",
                                                    "avx512bw",   "avx512dq", "avx512vl", "avx512vnni",
                                                    "avx512vbmi", "neon",     "dotprod",  "i8mm"};

#if defined(__x86_64__)
constexpr unsigned saves_ymm = 0x06, saves_zmm = 0xe6;  // of XCR0: XMM and YMM; opmask and both halves of ZMM as well

unsigned xcr0() {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

unsigned bit(unsigned word, int position, Capability capability) { return word >> position & 1 ? capability : 0u; }

unsigned detect() {
  unsigned a, b, c, d, found = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const bool saves = c >> 27 & 1 && c >> 28 & 1;  // OSXSAVE, AVX
  if (!saves || (xcr0() & saves_ymm) != saves_ymm) return 0;
  found |= bit(c, 12, cap_fma);
  unsigned leaves;
  if (!__get_cpuid_count(7, 0, &leaves, &b, &c, &d)) return found;
  found |= bit(b, 5, cap_avx2);
  if ((xcr0() & saves_zmm) == saves_zmm) {
    found |= bit(b, 16, cap_avx512f) | bit(b, 17, cap_avx512dq) | bit(b, 30, cap_avx512bw) | bit(b, 31, cap_avx512vl);
    found |= bit(c, 11, cap_avx512vnni) | bit(c, 1, cap_avx512vbmi);
  }
  if (leaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) found |= bit(a, 4, cap_avxvnni);
  return found;
}
#elif defined(__aarch64__) && defined(__linux__)
// Of asm/hwcap.h, which older systems have without them.
constexpr unsigned long has_asimd = 1ul << 1, has_asimddp = 1ul << 20;  // AT_HWCAP
constexpr unsigned long has_i8mm = 1ul << 13;                           // AT_HWCAP2

unsigned detect() {
  const unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  return (first & has_asimd ? cap_neon : 0u) | (first & has_asimddp ? cap_dotprod : 0u) |
         (second & has_i8mm ? cap_i8mm : 0u);
}
#elif defined(__aarch64__)
unsigned detect() { return cap_neon; }  // the base of the architecture
#else
unsigned detect() { return 0; }
#endif

}  // namespace

unsigned detect_capabilities() {
  static const unsigned found = detect();
  return found;
}

unsigned parse_capabilities(const std::string &text) {
  unsigned found = 0;
  for (size_t first = text.find_first_not_of(", "); first != std::string::npos;) {
    const size_t last = text.find_first_of(", ", first);
    const std::string name = text.substr(first, last == std::string::npos ? last : last - first);
    size_t i = 0;
    while (i < names.size() && names[i] != name) ++i;
    if (i == names.size()) throw std::invalid_argument("ACCORD_CPU_MASK: no capability is named '" + name + "'");
    found |= 1u << i;
    first = text.find_first_not_of(", ", last);
  }
  return found;
}

unsigned usable_capabilities() {
  const char *mask = std::getenv("ACCORD_CPU_MASK");
  return detect_capabilities() & ~(mask ? parse_capabilities(mask) : 0u);
}

std::vector<std::string> capability_names(unsigned capabilities) {
  std::vector<std::string> found;
  for (size_t i = 0; i < names.size(); ++i)
    if (capabilities >> i & 1) found.emplace_back(names[i]);
  return found;
}

}  // namespace accord

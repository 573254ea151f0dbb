#include "registry.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "capability.hpp"

namespace accord {
namespace {

constexpr unsigned needs_avx2 = cap_avx2 | cap_fma;
constexpr unsigned needs_avx512 =
    needs_avx2 | cap_avx512f | cap_avx512bw | cap_avx512dq | cap_avx512vl | cap_avx512vnni;
constexpr unsigned needs_vbmi = needs_avx512 | cap_avx512vbmi;

}  // namespace

const std::vector<Isa> &built_isas() {
  static const std::vector<Isa> isas = {
#if ACCORD_HAVE_avx512vbmi
      {"avx512vbmi", needs_vbmi, &gemm_avx512vbmi, &depthwise_avx512vbmi, nullptr, &requantize_avx512vbmi,
       &pointwise_avx512vbmi, nullptr},
#endif
#if ACCORD_HAVE_avx512vnni
      {"avx512vnni", needs_avx512, &gemm_avx512vnni, &depthwise_avx512vnni, &dot_avx512vnni, &requantize_avx512vnni,
       &pointwise_avx512vnni, &pool_avx512vnni},
#endif
#if ACCORD_HAVE_vnni256
      {"vnni256", needs_avx512, &gemm_vnni256, &depthwise_vnni256, &dot_vnni256, nullptr, nullptr, nullptr},
#endif
#if ACCORD_HAVE_avxvnni
      {"avxvnni", needs_avx2 | cap_avxvnni, &gemm_avxvnni, &depthwise_avxvnni, &dot_avxvnni, nullptr, nullptr, nullptr},
#endif
#if ACCORD_HAVE_avx2
      {"avx2", needs_avx2, &gemm_avx2, &depthwise_avx2, &dot_avx2, &requantize_avx2, &pointwise_avx2, &pool_avx2},
#endif
#if ACCORD_HAVE_neoni8mm
      {"neoni8mm", cap_neon | cap_dotprod | cap_i8mm, &gemm_neoni8mm, nullptr, nullptr, nullptr, nullptr, nullptr},
#endif
#if ACCORD_HAVE_neondot
      {"neondot", cap_neon | cap_dotprod, &gemm_neondot, &depthwise_neondot, &dot_neondot, nullptr, nullptr, nullptr},
#endif
#if ACCORD_HAVE_neon
      {"neon", cap_neon, &gemm_neon, &depthwise_neon, &dot_neon, &requantize_neon, &pointwise_neon, &pool_neon},
#endif
#if ACCORD_HAVE_wasm
      {"wasm", 0, &gemm_wasm, &depthwise_wasm, &dot_wasm, &requantize_wasm, &pointwise_wasm, &pool_wasm},
#endif
      {"scalar", 0, &gemm_scalar, &depthwise_scalar, &dot_scalar, &requantize_scalar, &pointwise_scalar, &pool_scalar},
  };
  return isas;
}

std::vector<const Isa *> available_isas() {
  const unsigned usable = usable_capabilities();
  std::vector<const Isa *> found;
  for (const Isa &isa : built_isas())
    if ((isa.needs & ~usable) == 0) found.push_back(&isa);
  return found;
}

std::vector<const Isa *> candidates(const std::string &forced) {
  std::vector<const Isa *> found = available_isas();
  const char *variable = std::getenv("ACCORD_ISA");
  const std::string name = !forced.empty() ? forced : variable ? variable : "";
  if (name.empty()) return found;
  const auto from = std::find_if(found.begin(), found.end(), [&](const Isa *isa) { return isa->name == name; });
  if (from == found.end()) {
    std::string message = (forced.empty() ? "ACCORD_ISA: '" : "isa: '") + name + "' is not available here; available:";
    for (const Isa *isa : found) message += std::string(" ") + isa->name;
    throw std::invalid_argument(message);
  }
  found.erase(found.begin(), from);
  return found;
}

std::vector<std::string> available_names() {
  std::vector<std::string> names;
  for (const Isa *isa : available_isas()) names.emplace_back(isa->name);
  return names;
}

const char *implementation_of(const std::string &operation, const std::string &forced) {
  if (operation == "gemm") return choose(&Isa::gemm, forced).isa->name;
  if (operation == "depthwise") return choose(&Isa::depthwise, forced).isa->name;
  if (operation == "dot") return choose(&Isa::dot, forced).isa->name;
  if (operation == "requantize") return choose(&Isa::requantize, forced).isa->name;
  if (operation == "pointwise") return choose(&Isa::pointwise, forced).isa->name;
  if (operation == "pool") return choose(&Isa::pool, forced).isa->name;
  return nullptr;
}

}  // namespace accord

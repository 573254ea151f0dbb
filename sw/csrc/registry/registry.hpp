// Every implementation of every operation, and the choice among them.
#pragma once
#include <string>
#include <vector>

#include "../kernels/depthwise/depthwise.hpp"
#include "../kernels/dot/dot.hpp"
#include "../kernels/gemm/gemm.hpp"
#include "../kernels/pointwise/pointwise.hpp"
#include "../kernels/pool/pool.hpp"
#include "../kernels/requantize/requantize.hpp"

namespace accord {

// One instruction set: its name, what it needs, its tables; null where it has none for an operation.
struct Isa {
  const char *name;
  unsigned needs;
  const GemmTable *gemm;
  const DepthwiseTable *depthwise;
  const DotTable *dot;
  const RequantizeTable *requantize;
  const PointwiseTable *pointwise;
  const PoolTable *pool;
};

// All that were built, best first; `scalar`, which has everything, is the last.
const std::vector<Isa> &built_isas();

// Those the processor and ACCORD_CPU_MASK allow, best first.
std::vector<const Isa *> available_isas();
std::vector<std::string> available_names();

// The best available one that has the operation, or the best from the forced one on. `forced` is the caller's argument,
// empty for none: then ACCORD_ISA counts. std::invalid_argument, naming which, where that one is unknown or unavailable.
template <class Table>
struct Choice {
  const Isa *isa;
  const Table *table;
};

std::vector<const Isa *> candidates(const std::string &forced);

template <class Table>
Choice<Table> choose(const Table *Isa::*operation, const std::string &forced) {
  for (const Isa *isa : candidates(forced))
    if (isa->*operation) return {isa, isa->*operation};
  return {};  // not reached: scalar has every operation
}

// The name of what choose() takes for an operation; null where there is no such operation.
const char *implementation_of(const std::string &operation, const std::string &forced);

}  // namespace accord

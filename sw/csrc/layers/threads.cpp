#include "threads.hpp"

#if !defined(__wasm__)
#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace accord {

void parallel(size_t count, size_t grain, size_t threads, const std::function<void(size_t, size_t)> &work) {
  const size_t grains = (count + grain - 1) / grain;
  const size_t pieces = std::min(threads, grains);
  if (pieces <= 1) {
    work(0, count);
    return;
  }
  std::vector<std::exception_ptr> errors(pieces);
  const auto piece = [&](size_t i) noexcept {
    try {
      work(grains * i / pieces * grain, std::min(count, grains * (i + 1) / pieces * grain));
    } catch (...) {
      errors[i] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < pieces; ++i) others.emplace_back(piece, i);
    piece(0);
  }
  for (const std::exception_ptr &error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace accord
#endif

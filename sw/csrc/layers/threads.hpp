// Ranges of work on several threads, or on this one.
#pragma once
#include <cstddef>
#include <functional>

namespace accord {

#if defined(__wasm__)
// A module has one thread.
template <class Work>
void parallel(size_t count, size_t, size_t, const Work &work) {
  work(0, count);
}
#else
// Calls work(first, last) on pieces that cover [0, count), each a multiple of `grain` long but the last; on at most
// `threads` threads, this one included. Rethrows what a piece threw.
void parallel(size_t count, size_t grain, size_t threads, const std::function<void(size_t, size_t)> &work);
#endif

}  // namespace accord

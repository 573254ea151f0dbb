#include "candidate.hpp"

#include <time.h>

namespace accord::bench {
namespace {

// Of this process: while others have the processor, it stands still.
double processor_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

double Candidate::time(size_t calls) {
  const auto call = [this] {
    run(next_);
    next_ = next_ + 1 == copies() ? 0 : next_ + 1;
  };
  for (size_t i = 0; i < copies(); ++i) call();
  const double start = processor_seconds();
  for (size_t i = 0; i < calls; ++i) call();
  return processor_seconds() - start;
}

}  // namespace accord::bench

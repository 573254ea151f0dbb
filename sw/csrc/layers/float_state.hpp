// The contracts assume rounding to nearest even and subnormals: whatever the process has set, a kernel runs with those.
#pragma once
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace accord {

#if defined(__x86_64__)
class FloatState {
 public:
  FloatState() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }  // after reset: to nearest even, exceptions masked
  ~FloatState() { _mm_setcsr(saved_); }
  FloatState(const FloatState &) = delete;
  FloatState &operator=(const FloatState &) = delete;

 private:
  unsigned saved_;
};
#else
class FloatState {
 public:
  FloatState() {}
};
#endif

}  // namespace accord

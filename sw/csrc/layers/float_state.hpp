// The contracts assume rounding to nearest even and subnormals: whatever the process has set, a kernel runs with those.
#pragma once
#include <cstdint>

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
#elif defined(__aarch64__)
class FloatState {
 public:
  FloatState() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
    set(0);  // to nearest even, subnormals kept, exceptions not trapped
  }
  ~FloatState() { set(saved_); }
  FloatState(const FloatState &) = delete;
  FloatState &operator=(const FloatState &) = delete;

 private:
  static void set(uint64_t value) { __asm__ volatile("msr fpcr, %0" : : "r"(value) : "memory"); }
  uint64_t saved_;
};
#else
class FloatState {
 public:
  FloatState() {}
};
#endif

}  // namespace accord

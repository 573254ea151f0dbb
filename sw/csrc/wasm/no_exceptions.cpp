// A module cannot unwind, and has no terminal to complain on: what would be thrown ends it. The face in JavaScript checks
// arguments before.
#include <cstdlib>
#include <new>

extern "C" {
void *__cxa_allocate_exception(size_t) { __builtin_trap(); }
void __cxa_throw(void *, void *, void (*)(void *)) { __builtin_trap(); }
}

namespace std {
inline namespace __1 {
[[noreturn]] void __libcpp_verbose_abort(const char *, ...) noexcept { __builtin_trap(); }
}  // namespace __1
}  // namespace std

namespace {

void *checked(void *data) {
  if (!data) __builtin_trap();
  return data;
}

}  // namespace

void *operator new(size_t bytes) { return checked(std::malloc(bytes ? bytes : 1)); }
void *operator new(size_t bytes, std::align_val_t alignment) {
  const size_t grain = static_cast<size_t>(alignment);
  return checked(std::aligned_alloc(grain, (bytes + grain - 1) / grain * grain));
}
void operator delete(void *data) noexcept { std::free(data); }
void operator delete(void *data, size_t) noexcept { std::free(data); }
void operator delete(void *data, std::align_val_t) noexcept { std::free(data); }
void operator delete(void *data, size_t, std::align_val_t) noexcept { std::free(data); }

// Calls written down, to be made again and again: nothing of Python stands between them.
#pragma once
#include <nanobind/nanobind.h>

#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

namespace accord {

namespace nb = nanobind;

class Calls {
 public:
  using Work = std::function<void()>;

  // The one that this thread writes to, null where it makes its calls.
  static Calls *current();

  // `used`: the objects into which the work has pointers; arrays cannot move while they are kept.
  void add(std::initializer_list<nb::handle> used, Work work);
  void start();
  void stop();
  void run() const;
  size_t size() const { return work_.size(); }

 private:
  std::vector<Work> work_;
  std::vector<nb::object> kept_;
};

inline nb::handle object_of(nb::handle object) { return object; }
template <class Bound>
nb::handle object_of(const Bound &instance) {
  return nb::find(instance);
}

// Does the work without the interpreter's lock, or writes it down; returns `result`. Beyond this call the work holds
// pointers only into what is `used`: arrays, or instances that Python owns.
template <class Work, class... Used>
nb::object carry_out(nb::object result, Work work, const Used &...used) {
  if (Calls *calls = Calls::current()) {
    calls->add({object_of(used)...}, std::move(work));
    return result;
  }
  nb::gil_scoped_release release;
  work();
  return result;
}

void bind_calls(nb::module_ &m);

}  // namespace accord

#include "peaks.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "../../../sw/csrc/layers/buffer.hpp"
#include "../../../sw/csrc/registry/capability.hpp"
#include "candidate.hpp"

namespace accord::bench {
namespace {

constexpr size_t steps_a_call = 1000;

bool usable(unsigned needs) { return (detect_capabilities() & needs) == needs; }

std::vector<Peak> usable_peaks() {
  std::vector<Peak> found;
#if defined(__x86_64__)
  for (const Peak &p : avx512_peaks)
    if (usable(p.needs)) found.push_back(p);
  for (const Peak &p : avx2_peaks)
    if (usable(p.needs)) found.push_back(p);
#endif
  return found;
}

Peak find(const std::string &name) {
  for (const Peak &p : usable_peaks())
    if (p.name == name) return p;
  throw std::invalid_argument("name: '" + name + "' is no peak of this processor");
}

class Arithmetic : public Candidate {
 public:
  explicit Arithmetic(const Peak &peak) : peak_(peak) {}
  size_t copies() const override { return 1; }
  void run(size_t) override { peak_.run(steps_a_call); }

 private:
  Peak peak_;
};

class Reader : public Candidate {
 public:
  explicit Reader(size_t bytes) : bytes_(bytes), data_(bytes) {
    std::fill_n(static_cast<char *>(data_.data()), bytes, 1);
  }
  size_t copies() const override { return 1; }
  void run(size_t) override {
#if defined(__x86_64__)
    (usable(cap_avx512f) ? read_avx512 : read_avx2)(data_.data(), bytes_);
#endif
  }

 private:
  size_t bytes_;
  Buffer data_;
};

}  // namespace

std::vector<std::string> peak_names() {
  std::vector<std::string> names;
  for (const Peak &p : usable_peaks()) names.emplace_back(p.name);
  return names;
}

std::unique_ptr<Candidate> peak(const std::string &name) { return std::make_unique<Arithmetic>(find(name)); }

double peak_work(const std::string &name) { return find(name).work * steps_a_call; }

std::unique_ptr<Candidate> reader(size_t bytes) {
  if (!usable(cap_avx2)) throw std::invalid_argument("bytes: reading is measured with AVX2 or AVX-512 only");
  if (bytes == 0 || bytes % 1024 != 0) throw std::invalid_argument("bytes: expected a multiple of 1,024");
  return std::make_unique<Reader>(bytes);
}

}  // namespace accord::bench

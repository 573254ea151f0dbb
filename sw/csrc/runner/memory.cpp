#include "memory.hpp"

#include <algorithm>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace accord {
namespace {

constexpr size_t room = 64;  // for offsets

#if defined(__linux__)
size_t page() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

// Whole pages between two guards.
uint8_t *allocate(size_t size) {
  void *all = mmap(nullptr, size + 2 * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) __builtin_trap();
  uint8_t *first = static_cast<uint8_t *>(all) + page();
  if (mprotect(first, size, PROT_READ | PROT_WRITE) != 0) __builtin_trap();
  return first;
}
void deallocate(uint8_t *first, size_t size) { munmap(first - page(), size + 2 * page()); }
#else
size_t page() { return 4096; }
uint8_t *allocate(size_t size) { return static_cast<uint8_t *>(::operator new(size, std::align_val_t{64})); }
void deallocate(uint8_t *first, size_t) { ::operator delete(first, std::align_val_t{64}); }
#endif

constexpr size_t most_regions = 8;
Arena arenas[most_regions];

}  // namespace

Arena::~Arena() { release(); }

void Arena::release() {
  if (first_) deallocate(first_, size_);
  first_ = nullptr;
}

void Arena::reserve(size_t size) {
  if (first_ && size <= size_) return;
  release();
  size_ = (std::max(size, 2 * size_) + page()) / page() * page();
  first_ = allocate(size_);
}

uint8_t *Arena::place(size_t size, bool at_end, size_t offset) {
  reserve(size + room);
  return at_end ? first_ + size_ - size : first_ + offset % room;
}

Memory::Memory(Request &request) {
  const size_t count = request.number();
  if (count > most_regions) __builtin_trap();
  for (size_t i = 0; i < count; ++i) {
    const bool at_end = request.flag();
    const size_t offset = request.number(), size = request.number();
    parts_.push_back({arenas[i].place(size, at_end, offset), size});
    std::copy_n(request.bytes(size), size, parts_[i].data);
  }
}

View Memory::view(Request &request) const {
  const size_t region = request.number(), offset = request.number();
  if (region >= parts_.size()) __builtin_trap();
  return {parts_[region].data + offset, region, request.values<uint32_t>(), request.values<int32_t>()};
}

std::vector<uint8_t> Memory::bytes_of(size_t region) const {
  return {parts_[region].data, parts_[region].data + parts_[region].size};
}

}  // namespace accord

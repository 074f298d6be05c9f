// Memory of many MiB, made anew again and again: the first touch of every page of 4 KiB may cost
// more than what is then done to it, so it asks for larger ones.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace brownout {

/// A hint, for whole large pages between `first` and `first + bytes`; what they hold stays.
inline void prefer_large_pages(void* first, std::size_t bytes) {
  constexpr std::size_t kPage = std::size_t{2} << 20;
  const std::size_t skipped = (kPage - reinterpret_cast<std::uintptr_t>(first) % kPage) % kPage;
  if (bytes < skipped + kPage) return;
  madvise(static_cast<std::byte*>(first) + skipped, (bytes - skipped) / kPage * kPage,
          MADV_HUGEPAGE);
}

}  // namespace brownout

// A word code for tests of the seam: one check bit, and a word whose parity is wrong reads as
// zeros.
#pragma once

#include <memory>

#include "memory/storage_scheme.hpp"

namespace brownout::testing {

class ParityCode final : public memory::WordCode {
 public:
  std::uint32_t check_bits() const override { return 1; }
  memory::WordBits encode(const memory::WideBits& data) const override {
    return {data, data.count() % 2};
  }
  memory::DecodedWord decode(const memory::WordBits& read) const override {
    if (encode(read.data) == read) return {read.data};
    return {{}, memory::WordStatus::kUncorrectable};
  }
  memory::CodeGates gates() const override { return {}; }
};

inline memory::StorageScheme with_parity(memory::Encoding encoding) {
  static constexpr memory::WordCodeKind kKind{
      "zeroing parity",
      [](std::uint32_t) -> std::shared_ptr<const memory::WordCode> {
        return std::make_shared<ParityCode>();
      },
      memory::WideBits::kMost};
  return {.encoding = encoding, .code = &kKind};
}

}  // namespace brownout::testing

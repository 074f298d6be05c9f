#include "memory/codes/parity_code.hpp"

#include <bit>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

std::uint64_t parity(const WideBits& bits) {
  std::uint64_t sum = 0;
  for (const std::uint64_t part : bits.parts) sum ^= part;
  return static_cast<std::uint64_t>(std::popcount(sum) % 2);
}

class ParityCode final : public WordCode {
 public:
  explicit ParityCode(std::uint32_t data_bits) : data_bits_(static_cast<int>(data_bits)) {}

  std::uint32_t check_bits() const override { return 1; }
  WordBits encode(const WideBits& data) const override { return {data, parity(data)}; }
  DecodedWord decode(const WordBits& read) const override {
    const bool even = parity(read.data) == parity(read.check);
    return {read.data, even ? WordStatus::kIntact : WordStatus::kUncorrectable};
  }
  CodeGates gates() const override { return {data_bits_ - 1, data_bits_}; }

 private:
  int data_bits_;
};

}  // namespace

WordCodeKind parity_code() {
  return {"parity",
          [](std::uint32_t data_bits) -> std::shared_ptr<const WordCode> {
            require_range("data_bits", data_bits, 1, WideBits::kMost);
            return std::make_shared<ParityCode>(data_bits);
          },
          WideBits::kMost};
}

}  // namespace brownout::memory

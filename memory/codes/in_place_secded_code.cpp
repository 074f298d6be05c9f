#include "memory/codes/in_place_secded_code.hpp"

#include <stdexcept>
#include <string>

#include "memory/base/input_error.hpp"
#include "memory/codes/secded_code.hpp"

namespace brownout::memory {
namespace {

constexpr std::uint32_t kDataBits = 64, kInformationBits = 57;
constexpr std::uint32_t kWeightBits = 8, kLowBits = 6, kSpareWeights = 7;
constexpr std::uint64_t kSpareBits = 0x0040404040404040;  // bit 6 of the first seven weights

// Bit 6 again what it was before the check bits took its place: the sign.
std::uint64_t with_signs(std::uint64_t word) {
  return (word & ~kSpareBits) | (word >> 1 & kSpareBits);
}

// A word as the code within sees it: the bits beside the spare ones, and these.
WordBits taken_apart(std::uint64_t word) {
  WordBits parts;
  for (std::uint32_t w = 0; w < kSpareWeights; ++w) {
    const std::uint64_t weight = word >> (kWeightBits * w);
    const std::uint64_t sign = weight >> (kWeightBits - 1) & 1;
    parts.data.put((kWeightBits - 1) * w,
                   (weight & WideBits::low_bits(kLowBits)) | sign << kLowBits);
    parts.check.put(w, weight >> kLowBits & 1);
  }
  parts.data.put((kWeightBits - 1) * kSpareWeights, word >> (kWeightBits * kSpareWeights));
  return parts;
}

std::uint64_t put_together(const WordBits& parts) {
  WideBits word;
  for (std::uint32_t w = 0; w < kSpareWeights; ++w) {
    const std::uint32_t from = (kWeightBits - 1) * w, to = kWeightBits * w;
    word.put(to, parts.data.field(from, kLowBits));
    word.put(to + kLowBits, parts.check.field(w, 1));
    word.put(to + kWeightBits - 1, parts.data.field(from + kLowBits, 1));
  }
  word.put(kWeightBits * kSpareWeights,
           parts.data.field((kWeightBits - 1) * kSpareWeights, kWeightBits));
  return word.parts[0];
}

class InPlaceSecdedCode final : public WordCode {
 public:
  std::uint32_t check_bits() const override { return 0; }
  bool fits(const WideBits& data) const override { return fits_in_place(data); }
  WordBits encode(const WideBits& data) const override {
    if (!fits(data)) throw std::logic_error("weights without room for check bits");
    return {put_together(code_->encode(taken_apart(data.parts[0]).data))};
  }
  DecodedWord decode(const WordBits& read) const override {
    const DecodedWord within = code_->decode(taken_apart(read.data.parts[0]));
    return {with_signs(put_together({within.data})), within.status};
  }
  CodeGates gates() const override { return code_->gates(); }

 private:
  std::shared_ptr<const WordCode> code_ = secded_code().make(kInformationBits);
};

}  // namespace

WordCodeKind in_place_secded_code() {
  return {"in_place_secded",
          [](std::uint32_t data_bits) -> std::shared_ptr<const WordCode> {
            if (data_bits != kDataBits) {
              throw InputError("data_bits", std::to_string(data_bits) + " is not " +
                                                std::to_string(kDataBits) +
                                                ", eight weights of 8 bits");
            }
            return std::make_shared<InPlaceSecdedCode>();
          },
          kDataBits};
}

bool fits_in_place(const WideBits& data) { return with_signs(data.parts[0]) == data.parts[0]; }

}  // namespace brownout::memory

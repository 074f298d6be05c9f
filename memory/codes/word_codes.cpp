// The table of the word codes, and the one that is none.
#include <string>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/codes/bch_dec_code.hpp"
#include "memory/codes/hamming_code.hpp"
#include "memory/codes/in_place_secded_code.hpp"
#include "memory/codes/parity_code.hpp"
#include "memory/codes/secded_code.hpp"
#include "memory/word_code.hpp"

namespace brownout::memory {
namespace {

// No check bits: a word is what is read.
class NoWordCode final : public WordCode {
 public:
  std::uint32_t check_bits() const override { return 0; }
  WordBits encode(const WideBits& data) const override { return {data}; }
  DecodedWord decode(const WordBits& read) const override { return {read.data}; }
  CodeGates gates() const override { return {}; }
};

WordCodeKind no_code() {
  return {"none",
          [](std::uint32_t) -> std::shared_ptr<const WordCode> {
            return std::make_shared<NoWordCode>();
          },
          WideBits::kMost};
}

}  // namespace

const std::vector<WordCodeKind>& word_codes() {
  static const std::vector<WordCodeKind> codes = {no_code(),      parity_code(),
                                                  secded_code(),  hamming_code(),
                                                  bch_dec_code(), in_place_secded_code()};
  return codes;
}

const WordCodeKind& find_word_code(std::string_view name) {
  std::string names;
  for (const WordCodeKind& entry : word_codes()) {
    if (entry.name == name) return entry;
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw InputError(in_quotes(name) + " is not a word code: " + names);
}

}  // namespace brownout::memory

#include "memory/word_codec.hpp"

#include <algorithm>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::memory {
namespace {

/// `count` bits from bit `first` on.
WideBits slice(const WideBits& bits, std::uint32_t first, std::uint32_t count) {
  WideBits result;
  for (std::uint32_t done = 0; done < count; done += WideBits::kPartBits) {
    const std::uint32_t here = std::min(WideBits::kPartBits, count - done);
    result.put(done, bits.field(first + done, here));
  }
  return result;
}

/// Puts the lowest `count` bits of `value` at bit `first`, over zeros.
void put_slice(WideBits& bits, std::uint32_t first, std::uint32_t count, const WideBits& value) {
  for (std::uint32_t done = 0; done < count; done += WideBits::kPartBits) {
    bits.put(first + done, value.parts[done / WideBits::kPartBits]);
  }
}

std::uint32_t widest(const WordCodeKind& kind, std::uint32_t word_bits) {
  std::uint32_t data_bits = std::min(word_bits, kind.most_data_bits);
  while (word_bits % data_bits != 0) --data_bits;
  return data_bits;
}

}  // namespace

WordCodec::WordCodec(const WordCodeKind& kind, std::uint32_t word_bits, std::uint32_t data_bits)
    : data_bits_(data_bits == 0 ? widest(kind, word_bits) : data_bits),
      count_(word_bits / data_bits_) {
  if (word_bits % data_bits_ != 0) {
    throw InputError("data_bits", std::to_string(data_bits_) + " does not divide a word of " +
                                      std::to_string(word_bits) + " bits");
  }
  code_ = kind.make(data_bits_);
  if (check_bits() > WideBits::kMost) {
    throw InputError("data_bits", std::to_string(check_bits()) + " check bits beside " +
                                      std::to_string(word_bits) + " of data; at most " +
                                      std::to_string(WideBits::kMost));
  }
}

CodeGates WordCodec::gates() const {
  const CodeGates one = code_->gates();
  const auto count = static_cast<int>(count_);
  return {.encoder = count * one.encoder, .decoder = count * one.decoder};
}

bool WordCodec::fits(const WideBits& data) const {
  for (std::uint32_t c = 0; c < count_; ++c) {
    if (!code_->fits(data_of(data, c))) return false;
  }
  return true;
}

WordBits WordCodec::encode(const WideBits& data) const {
  if (count_ == 1) return code_->encode(data);
  const std::uint32_t check_bits = code_->check_bits();
  WordBits word;
  for (std::uint32_t c = 0; c < count_; ++c) {
    const WordBits codeword = code_->encode(data_of(data, c));
    put_slice(word.data, c * data_bits_, data_bits_, codeword.data);
    put_slice(word.check, c * check_bits, check_bits, codeword.check);
  }
  return word;
}

DecodedCodewords WordCodec::decode(const WordBits& read) const {
  const std::uint32_t check_bits = code_->check_bits();
  DecodedCodewords word;
  for (std::uint32_t c = 0; c < count_; ++c) {
    const DecodedWord codeword =
        count_ == 1
            ? code_->decode(read)
            : code_->decode({data_of(read.data, c), slice(read.check, c * check_bits, check_bits)});
    put_slice(word.data, c * data_bits_, data_bits_, codeword.data);
    const std::uint64_t one = std::uint64_t{1} << c;
    if (codeword.status == WordStatus::kCorrected) word.corrected |= one;
    if (codeword.status == WordStatus::kUncorrectable) word.uncorrectable |= one;
  }
  return word;
}

WideBits WordCodec::data_of(const WideBits& word, std::uint32_t c) const {
  return slice(word, c * data_bits_, data_bits_);
}

}  // namespace brownout::memory

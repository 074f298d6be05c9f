// What the codes promise: every pattern of as many wrong bits as they are made for is corrected or
// detected, and where all words can be tried, each decodes to the codeword nearest to it.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/memory/codes/error_patterns.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

struct Promise {
  const char* name;
  std::uint32_t data_bits;
  std::uint32_t check_bits;
  std::uint32_t corrects, detects;  // wrong bits
};

std::ostream& operator<<(std::ostream& out, const Promise& promise) {
  return out << promise.name << " of " << promise.data_bits;
}

std::string name_of(const ::testing::TestParamInfo<Promise>& info) {
  return info.param.name + std::to_string(info.param.data_bits);
}

class Code : public ::testing::TestWithParam<Promise> {
 protected:
  std::shared_ptr<const WordCode> code_ =
      find_word_code(GetParam().name).make(GetParam().data_bits);
  Lengths lengths_ = lengths_of(*code_, GetParam().data_bits);

  template <typename Expect>
  void for_each_read(std::uint32_t errors, const Expect& expect) const {
    for (const WideBits& data : some_data(GetParam().data_bits)) {
      const WordBits stored = code_->encode(data);
      for_each_pattern(lengths_, errors,
                       [&](const WordBits& wrong) { expect(data, stored ^ wrong); });
    }
  }
};

using EveryCode = Code;

TEST_P(EveryCode, StoresTheDataAndReadsThemBack) {
  EXPECT_EQ(code_->check_bits(), GetParam().check_bits);
  for (const WideBits& data : some_data(GetParam().data_bits)) {
    EXPECT_EQ(code_->encode(data).data, data);
    const DecodedWord decoded = code_->decode(code_->encode(data));
    EXPECT_EQ(decoded.data, data);
    EXPECT_EQ(decoded.status, WordStatus::kIntact);
  }
}

TEST_P(EveryCode, CorrectsAsManyWrongBitsAsItPromises) {
  for (std::uint32_t errors = 1; errors <= GetParam().corrects; ++errors) {
    for_each_read(errors, [&](const WideBits& data, const WordBits& read) {
      const DecodedWord decoded = code_->decode(read);
      ASSERT_EQ(decoded.status, WordStatus::kCorrected);
      ASSERT_EQ(decoded.data, data);
    });
  }
}

TEST_P(EveryCode, DetectsAsManyWrongBitsAsItPromisesAndLeavesThemAsRead) {
  for (std::uint32_t errors = GetParam().corrects + 1; errors <= GetParam().detects; ++errors) {
    for_each_read(errors, [&](const WideBits&, const WordBits& read) {
      const DecodedWord decoded = code_->decode(read);
      ASSERT_EQ(decoded.status, WordStatus::kUncorrectable);
      ASSERT_EQ(decoded.data, read.data);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryCode,
    ::testing::Values(Promise{"none", 256, 0, 0, 0}, Promise{"parity", 1, 1, 0, 1},
                      Promise{"parity", 32, 1, 0, 1}, Promise{"parity", 256, 1, 0, 1},
                      Promise{"secded", 4, 4, 1, 2}, Promise{"secded", 8, 5, 1, 2},
                      Promise{"secded", 16, 6, 1, 2}, Promise{"secded", 32, 7, 1, 2},
                      Promise{"secded", 57, 7, 1, 2}, Promise{"secded", 64, 8, 1, 2},
                      Promise{"secded", 128, 9, 1, 2}, Promise{"hamming", 4, 4, 1, 2},
                      Promise{"hamming", 8, 5, 1, 2}, Promise{"hamming", 16, 6, 1, 2},
                      Promise{"hamming", 32, 7, 1, 2}, Promise{"hamming", 57, 7, 1, 2},
                      Promise{"hamming", 64, 8, 1, 2}, Promise{"hamming", 128, 9, 1, 2},
                      Promise{"bch_dec", 4, 8, 2, 2}, Promise{"bch_dec", 16, 10, 2, 2},
                      Promise{"bch_dec", 32, 12, 2, 2}, Promise{"bch_dec", 64, 14, 2, 2},
                      Promise{"bch_dec", 113, 14, 2, 2}, Promise{"bch_dec", 128, 16, 2, 2}),
    name_of);

using ShortCode = Code;

// By way of all codewords and all words, and no other property of the code.
TEST_P(ShortCode, DecodesEveryWordToTheCodewordNearestToIt) {
  std::vector<WordBits> codewords;
  for (std::uint64_t data = 0; data >> lengths_.data == 0; ++data) {
    codewords.push_back(code_->encode({data}));
  }
  for (std::uint64_t bits = 0; bits >> lengths_.all() == 0; ++bits) {
    const WordBits read = {bits & WideBits::low_bits(lengths_.data), bits >> lengths_.data};
    WordStatus status = WordStatus::kUncorrectable;
    std::uint64_t data = read.data.parts[0];
    for (const WordBits& codeword : codewords) {
      const int distance = std::popcount((codeword.data ^ read.data).parts[0]) +
                           std::popcount((codeword.check ^ read.check).parts[0]);
      if (distance > static_cast<int>(GetParam().corrects)) continue;
      status = distance == 0 ? WordStatus::kIntact : WordStatus::kCorrected;
      data = codeword.data.parts[0];
    }
    const DecodedWord decoded = code_->decode(read);
    ASSERT_EQ(decoded.status, status) << bits;
    ASSERT_EQ(decoded.data, WideBits(data)) << bits;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ShortCode,
    ::testing::Values(Promise{"parity", 8, 1, 0, 1}, Promise{"secded", 4, 4, 1, 2},
                      Promise{"secded", 8, 5, 1, 2}, Promise{"hamming", 4, 4, 1, 2},
                      Promise{"hamming", 8, 5, 1, 2}, Promise{"bch_dec", 4, 8, 2, 2},
                      Promise{"bch_dec", 7, 8, 2, 2}),
    name_of);

TEST(WordCodes, RefuseWidthsThatTheyDoNotHave) {
  const auto refusal = [](const char* name, std::uint32_t data_bits) {
    return message_of([&] { find_word_code(name).make(data_bits); });
  };
  EXPECT_EQ(refusal("parity", 0), "data_bits: 0 is not in 1..256");
  EXPECT_EQ(refusal("parity", 257), "data_bits: 257 is not in 1..256");
  for (const char* name : {"secded", "hamming", "bch_dec"}) {
    EXPECT_EQ(refusal(name, 3), "data_bits: 3 is not in 4..128");
    EXPECT_EQ(refusal(name, 129), "data_bits: 129 is not in 4..128");
  }
  EXPECT_EQ(refusal("in_place_secded", 32), "data_bits: 32 is not 64, eight weights of 8 bits");
}

TEST(WordCodes, HaveTheWidthThatIsTheirMost) {
  for (const WordCodeKind& kind : word_codes()) {
    EXPECT_NE(kind.make(kind.most_data_bits), nullptr) << kind.name;
  }
}

}  // namespace
}  // namespace brownout::memory

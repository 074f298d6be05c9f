// What three and four wrong bits do to the codes that correct one and detect two, by all patterns.
// The codes are linear, so that what a pattern does is the same for all data.
#include <gtest/gtest.h>

#include <cstdio>
#include <ostream>

#include "tests/memory/codes/published_checks.hpp"

namespace brownout::memory {
namespace {

struct Outcomes {
  std::uint64_t patterns = 0, intact = 0, detected = 0;
  std::uint64_t corrected = 0;          // which is always a mistake
  std::uint64_t corrected_in_data = 0;  // of these: a bit of data, not a check bit
};

Outcomes outcomes_of(const WordCode& code, std::uint32_t data_bits, std::uint32_t errors) {
  Outcomes outcomes;
  for_each_pattern(lengths_of(code, data_bits), errors, [&](const WordBits& read) {
    const DecodedWord decoded = code.decode(read);
    ++outcomes.patterns;
    outcomes.intact += decoded.status == WordStatus::kIntact;
    outcomes.detected += decoded.status == WordStatus::kUncorrectable;
    outcomes.corrected += decoded.status == WordStatus::kCorrected;
    outcomes.corrected_in_data += decoded.data != read.data;
  });
  return outcomes;
}

std::string percent(std::uint64_t part, const Outcomes& of, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "%.*f", digits, 100 * share(part, of.patterns));
  return text;
}

struct Row {
  const char* name;
  std::uint32_t data_bits;
  const char *three_corrected, *three_in_data, *three_detected, *four_intact;  // percent
  CodeGates gates;
  const PublishedChecks* published = nullptr;

  std::shared_ptr<const WordCode> code() const {
    if (published != nullptr) return std::make_shared<LinearCode>(code_of(*published));
    return find_word_code(name).make(data_bits);
  }
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.name << " of " << row.data_bits;
}

class ErrorShares : public ::testing::TestWithParam<Row> {};

TEST_P(ErrorShares, ThreeWrongBitsAreMiscorrectedOrDetected) {
  const Row& row = GetParam();
  const Outcomes three = outcomes_of(*row.code(), row.data_bits, 3);
  EXPECT_EQ(three.intact, 0U);
  EXPECT_EQ(percent(three.corrected, three, 1), row.three_corrected);
  EXPECT_EQ(percent(three.corrected_in_data, three, 1), row.three_in_data);
  EXPECT_EQ(percent(three.detected, three, 1), row.three_detected);
}

TEST_P(ErrorShares, FourWrongBitsAreDetectedOrPassSilently) {
  const Row& row = GetParam();
  const Outcomes four = outcomes_of(*row.code(), row.data_bits, 4);
  EXPECT_EQ(four.corrected, 0U);
  EXPECT_EQ(percent(four.intact, four, 2), row.four_intact);
}

TEST_P(ErrorShares, GatesAreTheOnesOfItsChecks) {
  const CodeGates gates = GetParam().code()->gates();
  EXPECT_EQ(gates.encoder, GetParam().gates.encoder);
  EXPECT_EQ(gates.decoder, GetParam().gates.decoder);
}

INSTANTIATE_TEST_SUITE_P(
    All, ErrorShares,
    ::testing::Values(
        Row{"secded", 8, "76.9", "47.6", "23.1", "7.69", {19, 24}},
        Row{"secded", 16, "65.5", "47.8", "34.5", "3.44", {42, 48}},
        Row{"secded", 32, "59.7", "48.5", "40.3", "1.66", {89, 96}},
        Row{"secded", 64, "56.3", "49.7", "43.7", "0.82", {200, 208}},
        Row{"secded", 57, "100.0", "89.1", "0.0", "1.64", {210, 217}},
        Row{"OpenTitan", 16, "64.9", "47.0", "35.1", "3.42", {42, 48}, &open_titan()[0]},
        Row{"OpenTitan", 32, "59.7", "48.5", "40.3", "1.66", {89, 96}, &open_titan()[1]},
        Row{"OpenTitan", 64, "56.3", "49.7", "43.7", "0.82", {200, 208}, &open_titan()[2]},
        Row{"hamming", 16, "68.3", "49.4", "31.7", "3.60", {55, 61}},
        Row{"hamming", 32, "69.3", "56.6", "30.7", "1.92", {121, 128}},
        Row{"hamming", 64, "76.0", "67.6", "24.0", "1.10", {268, 276}}),
    [](const auto& row) { return row.param.name + std::to_string(row.param.data_bits); });

}  // namespace
}  // namespace brownout::memory

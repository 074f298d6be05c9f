// Word addresses to cells, against the formula written out here.
#include "memory/maps/logical_fault_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

SramOrganisation organisation(std::uint32_t banks, std::uint32_t mux, std::uint32_t word_bits) {
  return {.banks = banks, .word_bits = word_bits, .column_mux = mux};
}

TEST(LogicalFaultMap, EveryCellGoesWhereTheFormulaSays) {
  for (const auto& [banks, mux, bits] :
       {std::tuple{1U, 1U, 8U}, {2U, 4U, 32U}, {3U, 2U, 9U}, {8U, 8U, 64U}, {4U, 1U, 16U}}) {
    const SparseFaultMap logical =
        random_map({1, 64 * 3, bits}, {FaultKind::kFlip, FaultKind::kStuckAt0});
    const SparseFaultMap physical = physical_fault_map(logical, organisation(banks, mux, bits));
    EXPECT_EQ(physical.geometry(), (SramGeometry{banks, 192 / banks / mux, bits * mux}));
    std::vector<Fault> expected;
    for (Fault fault : logical.faults()) {
      const std::uint32_t word = fault.cell.row / banks;
      fault.cell = {fault.cell.row % banks, word / mux, fault.cell.column * mux + word % mux};
      expected.push_back(fault);
    }
    EXPECT_THAT(physical.faults(), testing::UnorderedElementsAreArray(expected));
  }
}

TEST(LogicalFaultMap, BanksMayHaveAddressesOfTheirOwn) {
  const SparseFaultMap logical = random_map({3, 16, 8}, {FaultKind::kFlip});
  const SparseFaultMap physical = physical_fault_map(logical, organisation(3, 4, 8));
  EXPECT_EQ(physical.geometry(), (SramGeometry{3, 4, 32}));
  std::vector<Fault> expected;
  for (Fault fault : logical.faults()) {
    fault.cell = {fault.cell.bank, fault.cell.row / 4, fault.cell.column * 4 + fault.cell.row % 4};
    expected.push_back(fault);
  }
  EXPECT_THAT(physical.faults(), testing::UnorderedElementsAreArray(expected));
}

TEST(LogicalFaultMap, TheHeaderStays) {
  const SparseFaultMap logical({{1, 8, 8}, "Vmin", volts("0.7"), "die 7"}, {});
  const FaultMapHeader header = physical_fault_map(logical, organisation(2, 2, 8)).header();
  EXPECT_EQ(header.unit, "Vmin");
  EXPECT_EQ(header.lowest_measured, volts("0.7"));
  EXPECT_EQ(header.source, "die 7");
}

TEST(LogicalFaultMap, MapsThatAreNotWordsTimesBitsAreRefused) {
  const auto complaint = [](const SramGeometry& geometry, const SramOrganisation& sram) {
    return message_of([&] { physical_fault_map({{geometry, "V", {}, ""}, {}}, sram); });
  };
  EXPECT_NO_THROW(physical_fault_map({{{1, 8, 8}, "V", {}, ""}, {}}, organisation(2, 2, 8)));
  EXPECT_THAT(complaint({3, 8, 8}, organisation(2, 2, 8)), HasSubstr("3 banks x 8 rows"));
  EXPECT_THAT(complaint({1, 8, 32}, organisation(2, 2, 8)), HasSubstr("the word's 8 bits"));
  EXPECT_THAT(complaint({1, 8, 8}, organisation(3, 1, 8)), HasSubstr("banks: 3 does not divide"));
  EXPECT_THAT(complaint({1, 8, 8}, organisation(2, 3, 8)), HasSubstr("column_mux: 3 does not"));
  EXPECT_THAT(complaint({1, 8, 4}, organisation(1, 1, 4)), HasSubstr("word_bits: 4 is not in 8"));
}

}  // namespace
}  // namespace brownout::memory

// Resizing against its definition, cell by cell.
#include "memory/maps/resize_fault_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/base/input_error.hpp"
#include "tests/memory/files/map_files.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

using testing::HasSubstr;

constexpr SramGeometry kSource{3, 5, 7};

SparseFaultMap source() { return random_map(kSource, {FaultKind::kFlip, FaultKind::kStuckAt0}); }

// The target cell by cell, as resize_fault_map.hpp defines it.
void expect_resized(const SramGeometry& target, const Resizing& resizing) {
  const CellMasks from = source().faults_at(volts("0.7")).certain;
  const CellMasks to = resized(source(), target, resizing).faults_at(volts("0.7")).certain;
  ASSERT_EQ(to.geometry(), target);
  const CellAddress& at = resizing.offset;
  for (std::uint32_t b = 0; b < target.banks; ++b) {
    for (std::uint32_t r = 0; r < target.rows; ++r) {
      for (std::uint32_t c = 0; c < target.columns; ++c) {
        const CellAddress cell{(at.bank + b) % 3, (at.row + r) % 5, (at.column + c) % 7};
        EXPECT_EQ(to.at({b, r, c}), from.at(cell)) << to_string(CellAddress{b, r, c});
      }
    }
  }
}

TEST(ResizeFaultMap, CropTakesTheWindowAtTheOffset) {
  expect_resized({1, 1, 1}, {Resize::kCrop, {2, 4, 6}});
  expect_resized({2, 3, 4}, {Resize::kCrop, {1, 2, 3}});
  expect_resized(kSource, {Resize::kCrop, {}});
}

TEST(ResizeFaultMap, TileRepeatsTheSource) {
  expect_resized({7, 11, 16}, {Resize::kTile, {}});
  expect_resized({7, 11, 16}, {Resize::kTile, {2, 3, 5}});
  expect_resized({2, 2, 2}, {Resize::kTile, {2, 4, 6}});
}

TEST(ResizeFaultMap, TheSourceLineSaysWhatWasDone) {
  EXPECT_EQ(resized(source(), {1, 2, 3}, {Resize::kCrop, {1, 2, 3}}).source(),
            "random; cropped from 3 banks x 5 rows x 7 columns at bank 1, row 2, column 3");
  EXPECT_THAT(resized(source(), {4, 2, 3}, {Resize::kTile, {}}).source(),
              HasSubstr("; tiled from"));
}

TEST(ResizeFaultMap, WhatDoesNotFitIsRefused) {
  const auto complaint = [](const SramGeometry& target, const Resizing& resizing) {
    return message_of([&] { resized(source(), target, resizing); });
  };
  EXPECT_THAT(complaint({1, 1, 8}, {}), HasSubstr("do not lie within 3 banks x 5 rows x 7"));
  EXPECT_THAT(complaint({1, 4, 1}, {Resize::kCrop, {0, 2, 0}}), HasSubstr("do not lie within"));
  EXPECT_THAT(complaint({1, 1, 1}, {Resize::kTile, {3, 0, 0}}), HasSubstr("the offset bank 3"));
  EXPECT_THAT(complaint({0, 1, 1}, {Resize::kTile, {}}), HasSubstr("are no cells"));
  EXPECT_THAT(complaint({1U << 31, 1U << 31, 1}, {Resize::kTile, {}}), HasSubstr("are more than"));
  EXPECT_THAT(complaint({1, 1U << 20, 1U << 12}, {Resize::kTile, {}}), HasSubstr("failing cells"));
}

TEST(ResizeFaultMap, BanksSideBySide) {
  const SparseFaultMap joined = with_banks_joined(source(), 2);
  EXPECT_EQ(joined.geometry(), (SramGeometry{1, 5, 14}));
  EXPECT_EQ(joined.source(),
            "random; 2 of 3 banks x 5 rows x 7 columns side by side, the last 1 left out");
  const CellMasks from = source().faults_at(volts("0.7")).certain;
  const CellMasks to = joined.faults_at(volts("0.7")).certain;
  for (std::uint32_t r = 0; r < 5; ++r) {
    for (std::uint32_t c = 0; c < 14; ++c) EXPECT_EQ(to.at({0, r, c}), from.at({c / 7, r, c % 7}));
  }
  EXPECT_EQ(with_banks_joined(source(), 3).faults().size(), source().faults().size());
  EXPECT_THROW(with_banks_joined(source(), 4), InputError);
  EXPECT_THROW(with_banks_joined(source(), 0), InputError);
}

}  // namespace
}  // namespace brownout::memory

// Words on cells: the mapping both ways, masks of words, and reading through them.
#include "memory/sram_macro.hpp"

#include <gtest/gtest.h>

#include <set>

#include "memory/base/input_error.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "tests/memory/generators/profiles.hpp"

namespace brownout::memory {
namespace {

const SramOrganisation kOrganisations[] = {
    {.banks = 1, .words = 16, .word_bits = 8, .column_mux = 1},
    {.banks = 8, .words = 256, .word_bits = 32, .column_mux = 4},
    {.banks = 3, .words = 90, .word_bits = 13, .column_mux = 5},
    {.banks = 2, .words = 64, .word_bits = 64, .column_mux = 2},
    {.banks = 5, .words = 35, .word_bits = 39, .column_mux = 7},
    {.banks = 4, .words = 64, .word_bits = 16, .column_mux = 16},
    {.banks = 3, .words = 60, .word_bits = 65, .column_mux = 5},
    {.banks = 2, .words = 32, .word_bits = 128, .column_mux = 4},
    {.banks = 1, .words = 21, .word_bits = 200, .column_mux = 3},
    {.banks = 4, .words = 32, .word_bits = 256, .column_mux = 8},
    {.banks = 2, .words = 16, .word_bits = 32, .column_mux = 4, .check_bits = 7},
    {.banks = 1, .words = 12, .word_bits = 72, .column_mux = 3, .check_bits = 66},
};

// The mask of one bit's part, and its bit there: the parts of the data, then those of the check
// bits.
std::uint32_t bit_of_kind(const SramOrganisation& organisation, const BitAddress& address) {
  return address.bit < organisation.word_bits ? address.bit : address.bit - organisation.word_bits;
}
PartMask& part_of(WordMasks& masks, const SramOrganisation& organisation,
                  const BitAddress& address) {
  const std::uint32_t before =
      address.bit < organisation.word_bits ? 0 : (organisation.word_bits + 63) / 64;
  return masks.part(address.word, before + bit_of_kind(organisation, address) / 64);
}
std::uint64_t bit_of(const SramOrganisation& organisation, const BitAddress& address) {
  return std::uint64_t{1} << bit_of_kind(organisation, address) % 64;
}

// A fault on about every third cell, all kinds.
CellMasks scattered_faults(const SramGeometry& geometry) {
  CellMasks masks(geometry);
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t random = keyed_hash(4, bank, row, column) % 9;
        if (random < 3) masks.set({bank, row, column}, static_cast<FaultKind>(random));
      }
    }
  }
  return masks;
}

TEST(SramOrganisation, EveryBitHasItsOwnCellAndEveryCellItsBit) {
  for (const SramOrganisation& organisation : kOrganisations) {
    organisation.validate();
    const SramGeometry geometry = organisation.geometry();
    EXPECT_EQ(geometry.cells(), organisation.words * organisation.cell_bits());
    std::set<CellAddress> cells;
    for (std::uint64_t word = 0; word < organisation.words; ++word) {
      for (std::uint32_t bit = 0; bit < organisation.cell_bits(); ++bit) {
        const CellAddress cell = organisation.locate({word, bit});
        ASSERT_TRUE(geometry.contains(cell)) << to_string(cell);
        ASSERT_EQ(organisation.address_of(cell), (BitAddress{word, bit}));
        cells.insert(cell);
      }
    }
    EXPECT_EQ(cells.size(), geometry.cells());
  }
}

TEST(SramOrganisation, PlacesWordsAsTheFormulaSays) {
  for (const SramOrganisation& organisation : kOrganisations) {
    // Banks take words in turn; within a bank, column_mux words share a row; walk in that order.
    std::uint64_t word = 0;
    for (std::uint32_t row = 0; row < organisation.geometry().rows; ++row) {
      for (std::uint32_t lane = 0; lane < organisation.column_mux; ++lane) {
        for (std::uint32_t bank = 0; bank < organisation.banks; ++bank, ++word) {
          std::uint32_t column = lane;
          for (std::uint32_t bit = 0; bit < organisation.cell_bits(); ++bit) {
            ASSERT_EQ(organisation.locate({word, bit}), (CellAddress{bank, row, column}));
            column += organisation.column_mux;
          }
        }
      }
    }
    EXPECT_EQ(word, organisation.words);
  }
}

TEST(SramOrganisation, AWeakBitlineHitsOneBitOfEveryMuxthWordOfABank) {
  const SramOrganisation organisation{.banks = 8, .words = 256, .word_bits = 32, .column_mux = 4};
  // Column 42 = bit 10 * 4 + 2: bit 10 of the words w with w mod 4 = 2 of bank 5, a = 8 w + 5.
  for (std::uint32_t row = 0; row < 8; ++row) {
    EXPECT_EQ(organisation.address_of({5, row, 42}),
              (BitAddress{8 * (std::uint64_t{row} * 4 + 2) + 5, 10}));
  }
}

TEST(SramOrganisation, GeometryOfALargeSramFits) {
  const SramOrganisation organisation{
      .banks = 1, .words = 4294967295, .word_bits = 64, .column_mux = 1};
  organisation.validate();
  EXPECT_EQ(organisation.geometry(), (SramGeometry{1, 4294967295, 64}));
  EXPECT_EQ(organisation.address_of(organisation.locate({4294967294, 63})),
            (BitAddress{4294967294, 63}));
}

TEST(SramOrganisation, LanesDoNotStraddleWords) {
  const SramOrganisation organisation{.words = 8, .word_bits = 32};
  const std::pair<std::uint32_t, std::uint32_t> lanes[] = {{2, 16}, {3, 10}, {4, 8}, {5, 6},
                                                           {6, 5},  {7, 4},  {8, 4}};
  for (const auto& [bits, count] : lanes) EXPECT_EQ(organisation.lanes(bits), count);
}

TEST(SramOrganisation, ImpossibleOnesAreRefusedByField) {
  const std::pair<SramOrganisation, const char*> cases[] = {
      {{.banks = 0, .words = 8}, "banks: 0 is not in 1..4294967295"},
      {{.banks = 1, .words = 0}, "words: 0 is not in 1..4294967295"},
      {{.words = 4294967296}, "words: 4294967296 is not in 1..4294967295"},
      {{.words = 8, .word_bits = 7}, "word_bits: 7 is not in 8..256"},
      {{.words = 8, .word_bits = 257}, "word_bits: 257 is not in 8..256"},
      {{.words = 8, .column_mux = 0}, "column_mux: 0 is not in 1..134217727"},
      {{.words = 8, .column_mux = 134217728}, "column_mux: 134217728 is not in 1..134217727"},
      {{.banks = 3, .words = 8}, "banks: 3 does not divide the 8 words"},
      {{.banks = 8, .words = 32768, .column_mux = 3},
       "column_mux: 3 does not divide the 4096 words of a bank"},
      {{.banks = 8, .words = 16, .column_mux = 4},
       "column_mux: 4 does not divide the 2 words of a bank"},
  };
  for (const auto& [organisation, message] : cases) {
    EXPECT_EQ(message_of([&o = organisation] { o.validate(); }), message);
  }
}

TEST(SramOrganisation, AddressesOutsideAreOurBugs) {
  const SramOrganisation organisation{.banks = 2, .words = 16, .word_bits = 8, .column_mux = 4};
  EXPECT_THROW((void)organisation.locate({16, 0}), std::logic_error);
  EXPECT_THROW((void)organisation.locate({0, 8}), std::logic_error);
  EXPECT_THROW((void)organisation.address_of({2, 0, 0}), std::logic_error);
  EXPECT_THROW((void)organisation.address_of({0, 2, 0}), std::logic_error);
  EXPECT_THROW((void)organisation.address_of({0, 0, 32}), std::logic_error);
}

TEST(FaultMask, StuckBitsForgetWhatWasStoredAndFlipsInvertIt) {
  const PartMask mask{.stuck_at_0 = 0b0001, .stuck_at_1 = 0b0010, .flip = 0b0100};
  EXPECT_EQ(mask.apply(0b0000), 0b0110u);
  EXPECT_EQ(mask.apply(0b1111), 0b1010u);
  EXPECT_EQ(PartMask{}.apply(~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(WordMasks, GatherTheFaultOfEveryBitsCell) {
  for (const SramOrganisation& organisation : kOrganisations) {
    const CellMasks cells = scattered_faults(organisation.geometry());
    WordMasks expected(organisation);
    for (std::uint64_t word = 0; word < organisation.words; ++word) {
      for (std::uint32_t bit = 0; bit < organisation.cell_bits(); ++bit) {
        PartMask& mask = part_of(expected, organisation, {word, bit});
        const auto fault = cells.at(organisation.locate({word, bit}));
        if (fault == FaultKind::kStuckAt0) mask.stuck_at_0 |= bit_of(organisation, {word, bit});
        if (fault == FaultKind::kStuckAt1) mask.stuck_at_1 |= bit_of(organisation, {word, bit});
        if (fault == FaultKind::kFlip) mask.flip |= bit_of(organisation, {word, bit});
      }
    }
    EXPECT_EQ(word_masks(organisation, cells), expected) << organisation.word_bits;
  }
}

TEST(WordMasks, LieWhereTheReverseMappingPutsEachFault) {
  for (const SramOrganisation& organisation : kOrganisations) {
    const CellMasks cells = scattered_faults(organisation.geometry());
    WordMasks expected(organisation);
    cells.for_each([&](const CellAddress& cell, FaultKind kind) {
      const BitAddress address = organisation.address_of(cell);
      PartMask& mask = part_of(expected, organisation, address);
      (kind == FaultKind::kStuckAt0   ? mask.stuck_at_0
       : kind == FaultKind::kStuckAt1 ? mask.stuck_at_1
                                      : mask.flip) |= bit_of(organisation, address);
    });
    EXPECT_EQ(word_masks(organisation, cells), expected);
  }
}

TEST(WordMasks, OfAnotherGeometryAreRefused) {
  const SramOrganisation organisation{.banks = 2, .words = 16, .word_bits = 8, .column_mux = 4};
  EXPECT_EQ(message_of([&] {
              word_masks(organisation, CellMasks({2, 4, 32}));
            }),
            "the fault map has 2 banks x 4 rows x 32 columns, the SRAM has 2 banks x 2 rows x 32 "
            "columns");
}

TEST(SramMacro, KeepsWordsAndReadsThemThroughTheFaultsOfTheMoment) {
  const SramOrganisation organisation{.banks = 2, .words = 16, .word_bits = 8, .column_mux = 4};
  SramMacro sram(organisation);
  sram.write(3, {0xa5});
  EXPECT_EQ(sram.read(3), WordBits{0xa5});
  WordMasks masks(organisation);
  masks.part(3, 0) = {.stuck_at_0 = 0x01, .stuck_at_1 = 0x02, .flip = 0x80};
  sram.set_masks(masks);
  EXPECT_EQ(sram.read(3), WordBits{0x26});
  EXPECT_EQ(sram.stored(3), WordBits{0xa5});
  EXPECT_EQ(sram.read(2), WordBits{});
  sram.write(3, {0x00});
  EXPECT_EQ(sram.read(3), WordBits{0x82});
  const WordMasks none(organisation);
  sram.set_masks(none);
  EXPECT_EQ(sram.read(3), WordBits{});
}

TEST(SramMacro, ReadsEveryBitOfWideWordsThroughItsCell) {
  for (const SramOrganisation& organisation : kOrganisations) {
    const CellMasks cells = scattered_faults(organisation.geometry());
    SramMacro sram(organisation);
    const WordMasks masks = word_masks(organisation, cells);
    sram.set_masks(masks);
    for (std::uint64_t word = 0; word < organisation.words; ++word) {
      WordBits written, expected;
      for (std::uint32_t bit = 0; bit < organisation.cell_bits(); ++bit) {
        const bool stored = keyed_hash(8, word, bit) % 2 != 0;
        const auto fault = cells.at(organisation.locate({word, bit}));
        const bool read = !fault                           ? stored
                          : *fault == FaultKind::kStuckAt0 ? false
                          : *fault == FaultKind::kStuckAt1 ? true
                                                           : !stored;
        const bool data = bit < organisation.word_bits;
        const std::uint32_t at = bit_of_kind(organisation, {word, bit});
        (data ? written.data : written.check).put(at, stored ? 1 : 0);
        (data ? expected.data : expected.check).put(at, read ? 1 : 0);
      }
      sram.write(word, written);
      ASSERT_EQ(sram.stored(word), written);
      ASSERT_EQ(sram.read(word), expected) << organisation.word_bits << " bits, word " << word;
    }
  }
}

TEST(SramMacro, ABitBeyondAWideWordIsOurBug) {
  SramMacro sram({.banks = 2, .words = 16, .word_bits = 96, .column_mux = 4});
  WideBits value = WideBits::ones(96);
  EXPECT_NO_THROW(sram.write(15, {value}));
  value.put(96, 1);
  EXPECT_THROW(sram.write(15, {value}), std::logic_error);
}

TEST(SramMacro, MisuseIsOurBug) {
  const SramOrganisation organisation{.banks = 2, .words = 16, .word_bits = 8, .column_mux = 4};
  SramMacro sram(organisation);
  const WordMasks of_no_word;
  EXPECT_THROW(sram.set_masks(of_no_word), std::logic_error);
  EXPECT_THROW(sram.write(16, {}), std::logic_error);
  EXPECT_THROW(sram.write(0, {0x100}), std::logic_error);
  EXPECT_THROW((void)sram.read(16), std::logic_error);
  EXPECT_THROW((void)sram.stored(16), std::logic_error);
  EXPECT_THROW(SramMacro({.banks = 3, .words = 8}), InputError);
}

}  // namespace
}  // namespace brownout::memory

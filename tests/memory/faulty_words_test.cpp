// The way back from the cells, against the masks gathered forward.
#include "memory/faulty_words.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "memory/numbers/keyed_random.hpp"

namespace brownout::memory {
namespace {

const SramOrganisation kOrganisations[] = {
    {.banks = 8, .words = 256, .word_bits = 32, .column_mux = 4},
    {.banks = 5, .words = 35, .word_bits = 39, .column_mux = 7, .check_bits = 7},
    {.banks = 1, .words = 21, .word_bits = 200, .column_mux = 3, .check_bits = 70},
};

// One cell in 9 fails always, one in 9 at times.
CellFaults mixed_faults(const SramGeometry& geometry) {
  CellFaults faults{CellMasks(geometry)};
  for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry.rows; ++row) {
      for (std::uint32_t column = 0; column < geometry.columns; ++column) {
        const std::uint64_t random = keyed_hash(6, bank, row, column);
        const auto kind = static_cast<FaultKind>(random / 9 % 3);
        if (random % 9 == 0) faults.certain.set({bank, row, column}, kind);
        if (random % 9 == 1) faults.intermittent.push_back({{bank, row, column}, kind, 0.5});
      }
    }
  }
  return faults;
}

TEST(FaultyWords, AreThoseWithAFailingCellAndHaveItsMask) {
  for (const SramOrganisation& organisation : kOrganisations) {
    const CellFaults faults = mixed_faults(organisation.geometry());
    CellMasks all = faults.certain;
    for (const IntermittentCell& cell : faults.intermittent) all.set(cell.cell, cell.kind);
    const WordMasks certain = word_masks(organisation, faults.certain);
    const WordMasks together = word_masks(organisation, all);
    std::map<std::uint64_t, WordMask> found;
    std::size_t cells = 0;
    for_each_faulty_word(organisation, faults, [&](const FaultyWord& word) {
      EXPECT_EQ(word.certain, certain.word(word.word));
      WordMask mask = word.certain;
      for (const FaultyWord::Intermittent& one : word.intermittent) {
        mask = mask | one.mask;
        EXPECT_EQ(organisation.address_of(faults.intermittent[one.cell].cell).word, word.word);
      }
      cells += word.intermittent.size();
      EXPECT_TRUE(found.emplace(word.word, mask).second) << "visited twice";
    });
    EXPECT_EQ(cells, faults.intermittent.size());
    for (std::uint64_t word = 0; word < organisation.words; ++word) {
      ASSERT_EQ(found.contains(word), !together.is_clean(word)) << word;
      if (!found.contains(word)) continue;
      ASSERT_EQ(found[word], together.word(word)) << word;
    }
  }
}

TEST(FaultyWords, OfAnotherGeometryAreOurBug) {
  EXPECT_THROW(
      for_each_faulty_word(kOrganisations[0], {CellMasks({1, 2, 3})}, [](const FaultyWord&) {}),
      std::logic_error);
}

}  // namespace
}  // namespace brownout::memory

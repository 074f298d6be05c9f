#include "memory/faulty_words.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <stdexcept>

namespace brownout::memory {
namespace {

struct FailingBit {
  BitAddress address;
  FaultKind kind = FaultKind::kFlip;
  std::optional<std::size_t> intermittent = {};  // index into CellFaults::intermittent
};

// Of one row of cells; those of a word are on one row.
class RowOfCells {
 public:
  RowOfCells(const SramOrganisation& organisation, const CellFaults& faults)
      : organisation_(organisation), parts_(organisation), faults_(faults) {}

  // Rows come by bank and row.
  void gather(const RowAddress& row) {
    bits_.clear();
    for (const FaultKind kind : {FaultKind::kStuckAt0, FaultKind::kStuckAt1, FaultKind::kFlip}) {
      const auto plane = faults_.certain.row(kind, row);
      for (std::size_t element = 0; element < plane.size(); ++element) {
        for (std::uint64_t left = plane[element]; left != 0; left &= left - 1) {
          const auto column = static_cast<std::uint32_t>(element) * 64 +
                              static_cast<std::uint32_t>(std::countr_zero(left));
          bits_.push_back({organisation_.address_of(row.cell(column)), kind});
        }
      }
    }
    for (; next_ < faults_.intermittent.size(); ++next_) {
      const IntermittentCell& cell = faults_.intermittent[next_];
      if (row_of(cell.cell) != row) break;
      bits_.push_back({organisation_.address_of(cell.cell), cell.kind, next_});
    }
    std::sort(bits_.begin(), bits_.end(), [](const FailingBit& left, const FailingBit& right) {
      return left.address < right.address;
    });
  }

  void visit_words(const std::function<void(const FaultyWord&)>& visit) {
    for (std::size_t first = 0, end = 0; first < bits_.size(); first = end) {
      word_.word = bits_[first].address.word;
      word_.certain = {};
      word_.intermittent.clear();
      for (end = first; end < bits_.size() && bits_[end].address.word == word_.word; ++end) {
        add(bits_[end]);
      }
      visit(word_);
    }
  }

 private:
  void add(const FailingBit& bit) {
    WordMask* mask = &word_.certain;
    if (bit.intermittent) {
      word_.intermittent.push_back({*bit.intermittent, WordMask{}});
      mask = &word_.intermittent.back().mask;
    }
    parts_.set_bit(of_kind(*mask, bit.kind), bit.address.bit);
  }

  const SramOrganisation& organisation_;
  WordParts parts_;
  const CellFaults& faults_;
  std::size_t next_ = 0;  // of the intermittent cells
  std::vector<FailingBit> bits_;
  FaultyWord word_;
};

}  // namespace

void for_each_faulty_word(const SramOrganisation& organisation, const CellFaults& faults,
                          const std::function<void(const FaultyWord&)>& visit) {
  const SramGeometry& geometry = faults.certain.geometry();
  if (organisation.geometry() != geometry) {
    throw std::logic_error("faulty words: the faults are of another geometry");
  }
  RowOfCells cells(organisation, faults);
  geometry.for_each_row([&](const RowAddress& row) {
    cells.gather(row);
    cells.visit_words(visit);
  });
}

}  // namespace brownout::memory

// The faults of one chip: which bit cells fail at a voltage, and how. Physical coordinates only;
// what a cell holds is the business of sram_macro.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "memory/voltage.hpp"

namespace brownout::memory {

/// What a failing cell does to the bit that is read from it.
enum class FaultKind : std::uint8_t { kStuckAt0, kStuckAt1, kFlip };

std::string to_string(FaultKind kind);

struct CellAddress {
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  auto operator<=>(const CellAddress&) const = default;
};

/// "bank 3, row 17, column 5"
std::string to_string(const CellAddress& cell);

/// The cells of an SRAM: banks x rows x columns (a column is one physical bitline).
struct SramGeometry {
  std::uint32_t banks = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;

  std::uint64_t cells() const { return std::uint64_t{banks} * rows * columns; }
  bool contains(const CellAddress& cell) const;
  bool operator==(const SramGeometry&) const = default;
};

/// "8 banks x 1024 rows x 128 columns"
std::string to_string(const SramGeometry& geometry);

/// Throws std::runtime_error when a size is 0 or the cells are more than 2^33 (1 GiB of SRAM): a
/// typing error, better named than met as a failed allocation.
void require_possible(const SramGeometry& geometry);

/// One failing cell. Faulty at V iff V <= vfail, so the faults of a chip nest in voltage.
struct Fault {
  CellAddress cell;
  Voltage vfail;
  FaultKind kind = FaultKind::kFlip;
  double p = 1;  ///< chance to fail in an inference where it is faulty; above 0, at most 1

  bool operator==(const Fault&) const = default;
};

/// The failing cells of an SRAM at one voltage: a bit plane over the cells for each kind of fault.
class CellMasks {
 public:
  explicit CellMasks(const SramGeometry& geometry);

  const SramGeometry& geometry() const { return geometry_; }
  /// Gives a cell this fault in place of any it has.
  void set(const CellAddress& cell, FaultKind kind);
  /// The fault of a cell, or nothing when the cell is good.
  std::optional<FaultKind> at(const CellAddress& cell) const;
  /// Number of failing cells.
  std::uint64_t count() const;
  /// The plane of `kind` along one row: bit c % 64 of element c / 64 is the cell of column c. Who
  /// writes here keeps a cell out of the other planes, and the bits behind the last column 0.
  std::span<std::uint64_t> row(FaultKind kind, std::uint32_t bank, std::uint32_t row);
  std::span<const std::uint64_t> row(FaultKind kind, std::uint32_t bank, std::uint32_t row) const;
  /// Calls `visit(CellAddress, FaultKind)` for every failing cell, by bank, row, column.
  template <typename Visit>
  void for_each(Visit&& visit) const;

 private:
  std::size_t index(const CellAddress& cell) const;  // of its element in a plane
  const std::vector<std::uint64_t>& plane_of(FaultKind kind) const;
  std::vector<std::uint64_t>& plane_of(FaultKind kind);

  SramGeometry geometry_;
  std::size_t words_per_row_ = 0;
  // A cell is good when it stands in no plane; it stands in at most one.
  std::vector<std::uint64_t> stuck_at_0_, stuck_at_1_, flip_;
};

/// A cell that fails in some inferences and works in others (intermittent_cells.hpp draws which).
struct IntermittentCell {
  CellAddress cell;
  FaultKind kind = FaultKind::kFlip;
  double probability = 0;  ///< above 0, below 1

  bool operator==(const IntermittentCell&) const = default;
};

/// What fails at one voltage: cells that fail in every inference, and cells that fail in some.
struct CellFaults {
  CellMasks certain;
  std::vector<IntermittentCell> intermittent = {};  ///< by bank, row, column; none is in `certain`

  /// Mean number of failing cells of an inference.
  double expected_count() const;
  /// That as a share of all cells: the bit error rate.
  double bit_error_rate() const;
};

/// The faults of one chip at any voltage.
class FaultMap {
 public:
  virtual ~FaultMap() = default;
  virtual const SramGeometry& geometry() const = 0;
  /// Failing cells at `voltage`; at an infinite one, the defects. Throws std::runtime_error outside
  /// the map's validity.
  virtual CellFaults faults_at(Voltage voltage) const = 0;
  /// One line for reports: where the map comes from.
  virtual std::string source() const = 0;
};

template <typename Visit>
void CellMasks::for_each(Visit&& visit) const {
  for (std::uint32_t bank = 0; bank < geometry_.banks; ++bank) {
    for (std::uint32_t row = 0; row < geometry_.rows; ++row) {
      const std::size_t first = index({bank, row, 0});
      for (std::size_t word = 0; word < words_per_row_; ++word) {
        const std::size_t i = first + word;
        std::uint64_t left = stuck_at_0_[i] | stuck_at_1_[i] | flip_[i];
        while (left != 0) {
          const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(left));
          left &= left - 1;
          const std::uint64_t one = std::uint64_t{1} << bit;
          const FaultKind kind = (stuck_at_0_[i] & one) != 0   ? FaultKind::kStuckAt0
                                 : (stuck_at_1_[i] & one) != 0 ? FaultKind::kStuckAt1
                                                               : FaultKind::kFlip;
          visit(CellAddress{bank, row, static_cast<std::uint32_t>(word * 64 + bit)}, kind);
        }
      }
    }
  }
}

}  // namespace brownout::memory

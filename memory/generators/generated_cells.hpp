// What all fault generators share: how the failing cells of a chip fail, and the interface of a
// chip whose faults can be listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "memory/bitline_layout.hpp"
#include "memory/chip_draws.hpp"
#include "memory/fault_map.hpp"
#include "memory/generators/failing_cells.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "memory/voltage_profile.hpp"

namespace brownout::memory {

/// What shares one stuck value: nothing, or all cells of a bitline (its weak side decides).
enum class Polarity : std::uint8_t { kCell, kBitline };

/// "cell", "bitline".
std::string to_string(Polarity polarity);
/// Throws InputError that names both.
Polarity parse_polarity(std::string_view name);

/// What the failing cells of a generated chip do.
struct FaultMixture {
  bool stuck = false;             ///< false: every fault is a flip
  double stuck_at_0_share = 0.5;  ///< of stuck cells, or of bitlines; the rest is stuck at 1
  Polarity polarity = Polarity::kCell;
  BitlineLayout bitlines = {};  ///< for kBitline

  /// Throws InputError that starts with the key: a share outside 0..1, flips of a polarity,
  /// bitlines without cells.
  void validate() const;
  /// The bitlines that tell how cells fail; whole columns where they tell nothing.
  BitlineLayout polar_bitlines() const {
    return polarity == Polarity::kBitline ? bitlines : BitlineLayout{};
  }
  /// "flips", "stuck cells, 25 % of them at 0" or "stuck cells, 25 % of the bitlines at 0".
  std::string text() const;
  /// "25 % of them at 0" or "25 % of the bitlines at 0".
  std::string share_text() const;
};

/// How the failing cells of a chip fail. Kinds have numbers of their own, a cell's or its
/// bitline's, so that a cell fails in the same way at every voltage, and how it fails tells nothing
/// of when.
class FailureKinds {
 public:
  FailureKinds(const SramGeometry& geometry, const FaultMixture& mixture, std::uint64_t chip_seed)
      : FailureKinds(geometry, mixture, chip_seed, chip_seed) {}
  /// Cells and bitlines drawn from seeds of their own.
  FailureKinds(const SramGeometry& geometry, const FaultMixture& mixture, std::uint64_t cell_seed,
               std::uint64_t bitline_seed);

  bool stuck() const { return stuck_; }
  std::uint64_t row_key(const RowAddress& row) const;
  /// Those of the cells `failing` of a row's word that are stuck at 0, where each cell has its own
  /// polarity.
  std::uint64_t zeros(std::uint64_t row_key, std::size_t word, std::uint64_t failing) const;
  /// The columns whose bitline through this row is stuck at 0, where bitlines have the polarity;
  /// else empty.
  std::span<const std::uint64_t> bitlines_at_0(const RowAddress& row) const;

 private:
  void draw_bitlines(const SramGeometry& geometry, std::uint64_t seed);

  bool stuck_;
  std::uint64_t seed_;
  Chance stuck_at_0_;
  ColumnChances columns_;  // all of them stuck_at_0_
  BitlineLayout layout_;
  std::uint32_t bitlines_per_column_ = 0;
  std::vector<std::uint64_t> bitlines_at_0_;  // [bank][bitline of a column][word]
};

/// Enters the failing cells of one row.
class RowFaults {
 public:
  RowFaults(CellMasks& masks, const FailureKinds& kinds, const RowAddress& row);

  std::size_t words() const { return flips_.size(); }
  /// Bit b of `failing` is the cell of column 64 * word + b.
  void set(std::size_t word, std::uint64_t failing);

 private:
  const FailureKinds& kinds_;
  std::uint64_t kind_key_;
  std::span<const std::uint64_t> bitlines_at_0_;
  std::span<std::uint64_t> flips_, zeros_, ones_;
};

/// A chip that a generator made. Its cells fail in every inference.
class GeneratedFaultMap : public FaultMap {
 public:
  const SramGeometry& geometry() const final { return geometry_; }
  /// That of its voltages.
  const VoltageProfile& profile() const { return *profile_; }
  /// Failing cells at `voltage`. Throws InputError below the profile's lowest voltage.
  virtual CellMasks masks_at(Voltage voltage) const = 0;
  /// Highest voltage at which a cell fails that fails at the profile's lowest.
  virtual Voltage vfail(const CellAddress& cell) const = 0;

  CellFaults faults_at(Voltage voltage) const final { return {masks_at(voltage)}; }
  /// Every cell that fails at some voltage of the profile, with its exact vfail; by bank, row,
  /// column. A list of them all: for map files, not for huge SRAMs at high error rates.
  std::vector<Fault> faults() const;

 protected:
  /// Throws InputError as FaultMixture::validate does, std::logic_error without a profile.
  GeneratedFaultMap(const SramGeometry& geometry, std::shared_ptr<const VoltageProfile> profile,
                    const FaultMixture& mixture, std::uint64_t chip_seed);

  std::uint64_t seed() const { return seed_; }
  const FaultMixture& mixture() const { return mixture_; }
  FailureKinds kinds() const { return {geometry_, mixture_, seed_}; }
  /// The cell's number that decides whether it fails.
  std::uint64_t uniform(const CellAddress& cell) const;
  /// ", profile sram-14nm, chip seed 17": how source() ends.
  std::string origin() const;

 private:
  SramGeometry geometry_;
  std::shared_ptr<const VoltageProfile> profile_;
  FaultMixture mixture_;
  std::uint64_t seed_;
};

}  // namespace brownout::memory

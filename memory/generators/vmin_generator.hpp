// Fault maps of chips whose cells each have a lowest working voltage, a sum of normal terms: of the
// die, of the bitline, of the row, of a patch of neighbours, of the cell.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory/bitline_layout.hpp"
#include "memory/generators/generated_cells.hpp"
#include "memory/voltage_profile.hpp"

namespace brownout::memory {

/// Vmin(cell) = mu + mu_shift + D(die) + B(bitline) + R(row) + G(cluster) + C(cell), in the
/// profile's unit. Each term is normal with mean 0 and its own sigma. Measured on the block RAMs of
/// a 28 nm FPGA at 0.59 to 0.53 V (Salami et al., MICRO 2018): mu 0.3908 V, bitline 0.0293 V, cell
/// 0.0250 V, 512 cells a bitline (our fit; the rows added nothing).
struct VminTerms {
  double mu = 0;
  double mu_shift = 0;  ///< of temperature or ageing
  double sigma_die = 0;
  double sigma_bitline = 0;
  double sigma_row = 0;
  double sigma_cluster = 0;
  double sigma_cell = 0;  ///< above 0
  BitlineLayout bitlines = {};
  /// Patches of neighbouring cells that share a term, laid from row 0 and column 0 of each bank.
  std::uint32_t cluster_rows = 8, cluster_columns = 8;
};

/// A cell fails at V iff V < Vmin(cell), decided as u(cell) < normal_cdf((Vmin - C - V) /
/// sigma_cell) with one keyed uniform number a cell. At and above the profile's error-free voltage
/// nothing fails.
class VminFaultMap final : public GeneratedFaultMap {
 public:
  /// `name` is the generator's in source(). The bitlines of a polarity are those of `terms`. Throws
  /// InputError as FaultMixture::validate does, and on a negative sigma, a sigma_cell of 0,
  /// a bitline or cluster without cells.
  VminFaultMap(std::string name, const SramGeometry& geometry,
               std::shared_ptr<const VoltageProfile> profile, const VminTerms& terms,
               FaultMixture mixture, std::uint64_t chip_seed);

  CellMasks masks_at(Voltage voltage) const override;
  std::string source() const override;
  /// The cell's Vmin rounded down to the voltage grid, below the error-free voltage.
  Voltage vfail(const CellAddress& cell) const override;
  /// In the profile's unit. For looking at; faults are decided without it.
  double vmin(const CellAddress& cell) const;

 private:
  double bitline_vmin(const CellAddress& cell) const;
  double row_term(const RowAddress& row) const;
  double cluster_term(const CellAddress& cell) const;
  double vmin_without_cell(const CellAddress& cell) const;
  std::vector<double> bitline_vmins(const RowAddress& row) const;
  std::vector<double> cluster_terms(const RowAddress& row) const;
  ColumnChances chances(const std::vector<double>& vmins, Voltage voltage) const;
  void draw_bitlines(CellMasks& masks, const FailureKinds& kinds, std::uint32_t bank,
                     const BitlineLayout::Rows& rows, Voltage voltage) const;
  void draw_row(RowFaults& faults, const RowAddress& row, const std::vector<double>& vmins,
                const std::vector<double>& clusters, Voltage voltage) const;
  double failure_argument(double vmin_without_cell, Voltage voltage) const;
  bool fails(double vmin_without_cell, std::uint64_t uniform, Voltage voltage) const;

  std::string name_;
  VminTerms terms_;
  double die_vmin_ = 0;  // mu + mu_shift + D
};

}  // namespace brownout::memory

// Nested by construction: every decision compares a cell's uniform number with the normal
// distribution function, which never rises with the voltage, not even in the last place. No normal
// number is computed for a cell.
#include "memory/generators/vmin_generator.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/chip_draws.hpp"
#include "memory/numbers/keyed_random.hpp"
#include "memory/numbers/normal_distribution.hpp"

namespace brownout::memory {
namespace {

void require_sigma(const char* name, double sigma) {
  if (sigma >= 0 && sigma <= 1e6) return;
  throw InputError(std::string(name), format_double(sigma) + " is not in 0..1e6");
}

void check_terms(const VminTerms& terms) {
  for (const auto& [name, value] : {std::pair{"mu", terms.mu}, {"mu_shift", terms.mu_shift}}) {
    if (value >= -1e6 && value <= 1e6) continue;
    throw InputError(std::string(name), format_double(value) + " is not in -1e6..1e6");
  }
  require_sigma("sigma_die", terms.sigma_die);
  require_sigma("sigma_bitline", terms.sigma_bitline);
  require_sigma("sigma_row", terms.sigma_row);
  require_sigma("sigma_cluster", terms.sigma_cluster);
  require_sigma("sigma_cell", terms.sigma_cell);
  if (terms.sigma_cell == 0) {  // all cells of a bitline would fail at once
    throw InputError("sigma_cell", "0 is not above 0");
  }
  terms.bitlines.validate();
  if (terms.cluster_rows == 0) throw InputError("cluster_rows", "0 is not above 0");
  if (terms.cluster_columns == 0) throw InputError("cluster_columns", "0 is not above 0");
}

FaultMixture on_bitlines(FaultMixture mixture, const VminTerms& terms) {
  mixture.bitlines = terms.bitlines;
  return mixture;
}

// normal_cdf at multiples of 1/64. It never falls, so what happens at a knot below x happens at x,
// and what does not at a knot above does not at x: nearly all cells are decided by that, exactly.
class Knots {
 public:
  Knots() {
    for (std::size_t i = 0; i < kCount; ++i) {
      const int knot = static_cast<int>(i) - kSpan * kPerUnit;
      chances_.push_back(Chance(reproducible_normal_cdf(static_cast<double>(knot) / kPerUnit)));
    }
  }

  bool happens(double x, std::uint64_t uniform) const {
    if (x >= -kSpan && x < kSpan) {
      const double scaled = x * kPerUnit;  // exact; (x + kSpan) would round up to a knot above x
      int knot = static_cast<int>(scaled);
      if (knot > scaled) --knot;  // conversion cuts towards zero; this is the floor
      const auto i = static_cast<std::size_t>(knot + kSpan * kPerUnit);
      if (chances_[i].happens(uniform)) return true;
      if (!chances_[i + 1].happens(uniform)) return false;
    }
    return Chance(reproducible_normal_cdf(x)).happens(uniform);
  }

 private:
  static constexpr int kSpan = 10, kPerUnit = 64;
  static constexpr std::size_t kCount = 2 * kSpan * kPerUnit + 1;
  std::vector<Chance> chances_;
};

bool happens(double x, std::uint64_t uniform) {
  static const Knots knots;
  return knots.happens(x, uniform);
}

}  // namespace

VminFaultMap::VminFaultMap(std::string name, const SramGeometry& geometry,
                           std::shared_ptr<const VoltageProfile> profile, const VminTerms& terms,
                           FaultMixture mixture, std::uint64_t chip_seed)
    : GeneratedFaultMap(geometry, std::move(profile), on_bitlines(mixture, terms), chip_seed),
      name_(std::move(name)),
      terms_(terms) {
  check_terms(terms_);
  die_vmin_ = terms_.mu + terms_.mu_shift;
  if (terms_.sigma_die > 0) {
    die_vmin_ += terms_.sigma_die * standard_normal(draw(chip_seed, Draw::kDie));
  }
}

// Of the bitline through this cell; cell, row and cluster aside.
double VminFaultMap::bitline_vmin(const CellAddress& cell) const {
  if (terms_.sigma_bitline == 0) return die_vmin_;
  const std::uint64_t uniform =
      draw(seed(), Draw::kBitline, cell.bank, cell.column, terms_.bitlines.bitline(cell.row));
  return die_vmin_ + terms_.sigma_bitline * standard_normal(uniform);
}

double VminFaultMap::row_term(const RowAddress& row) const {
  if (terms_.sigma_row == 0) return 0;
  return terms_.sigma_row * standard_normal(draw(seed(), Draw::kRow, row.bank, row.row));
}

double VminFaultMap::cluster_term(const CellAddress& cell) const {
  if (terms_.sigma_cluster == 0) return 0;
  return terms_.sigma_cluster *
         standard_normal(draw(seed(), Draw::kCluster, cell.bank, cell.row / terms_.cluster_rows,
                              cell.column / terms_.cluster_columns));
}

// The order of the sum is part of the definition of a chip: draw_row has the same.
double VminFaultMap::vmin_without_cell(const CellAddress& cell) const {
  return bitline_vmin(cell) + (row_term(row_of(cell)) + cluster_term(cell));
}

// Never rises with the voltage: three operations, each rounded monotonically.
double VminFaultMap::failure_argument(double vmin_without_cell, Voltage voltage) const {
  return (vmin_without_cell - voltage.value()) / terms_.sigma_cell;
}

CellMasks VminFaultMap::masks_at(Voltage voltage) const {
  CellMasks masks(geometry());
  profile().require_covered(voltage);
  if (voltage >= profile().data().error_free_voltage) return masks;
  const FailureKinds kinds = this->kinds();
  const std::uint32_t bitlines = terms_.bitlines.bitlines(geometry().rows);
  for (std::uint32_t bank = 0; bank < geometry().banks; ++bank) {
    for (std::uint32_t bitline = 0; bitline < bitlines; ++bitline) {
      const BitlineLayout::Rows rows = terms_.bitlines.rows_of(bitline, geometry().rows);
      draw_bitlines(masks, kinds, bank, rows, voltage);
    }
  }
  return masks;
}

// Per column, of the bitlines through a row.
std::vector<double> VminFaultMap::bitline_vmins(const RowAddress& row) const {
  std::vector<double> vmins(geometry().columns);
  for (std::uint32_t column = 0; column < geometry().columns; ++column) {
    vmins[column] = bitline_vmin(row.cell(column));
  }
  return vmins;
}

// Per column, of the clusters through a row.
std::vector<double> VminFaultMap::cluster_terms(const RowAddress& row) const {
  std::vector<double> terms(geometry().columns);
  for (std::uint32_t column = 0; column < geometry().columns; ++column) {
    terms[column] =
        column % terms_.cluster_columns == 0 ? cluster_term(row.cell(column)) : terms[column - 1];
  }
  return terms;
}

ColumnChances VminFaultMap::chances(const std::vector<double>& vmins, Voltage voltage) const {
  ColumnChances result(geometry().columns);
  Chance chance(0);
  for (std::uint32_t column = 0; column < geometry().columns; ++column) {
    if (column == 0 || vmins[column] != vmins[column - 1]) {
      chance = Chance(reproducible_normal_cdf(failure_argument(vmins[column], voltage)));
    }
    result.set(column, chance);
  }
  return result;
}

// One bitline of every column, with all its rows. Where nothing else tells cells apart, their
// chance is their bitline's and is known once for all the rows.
void VminFaultMap::draw_bitlines(CellMasks& masks, const FailureKinds& kinds, std::uint32_t bank,
                                 const BitlineLayout::Rows& rows, Voltage voltage) const {
  const std::vector<double> vmins = bitline_vmins({.bank = bank, .row = rows.first});
  const bool alike = terms_.sigma_row == 0 && terms_.sigma_cluster == 0;
  const ColumnChances chances = alike ? this->chances(vmins, voltage) : ColumnChances(0);
  std::vector<double> clusters;
  std::uint32_t clusters_row = 0;  // in cluster rows
  for (std::uint64_t r = rows.first; r < rows.end; r += terms_.bitlines.interleave) {
    const RowAddress row{.bank = bank, .row = static_cast<std::uint32_t>(r)};
    RowFaults faults(masks, kinds, row);
    if (alike) {
      const std::uint64_t key = failure_key(seed(), row);
      for (std::size_t word = 0; word < faults.words(); ++word) {
        faults.set(word, chances.failing(key, word));
      }
      continue;
    }
    if (clusters.empty() || row.row / terms_.cluster_rows != clusters_row) {
      clusters_row = row.row / terms_.cluster_rows;
      clusters = cluster_terms(row);
    }
    draw_row(faults, row, vmins, clusters, voltage);
  }
}

void VminFaultMap::draw_row(RowFaults& faults, const RowAddress& row,
                            const std::vector<double>& vmins, const std::vector<double>& clusters,
                            Voltage voltage) const {
  const std::uint64_t key = failure_key(seed(), row);
  const double row_term = this->row_term(row);
  for (std::size_t word = 0; word < faults.words(); ++word) {
    const auto first = static_cast<std::uint32_t>(word * ColumnChances::kWordBits);
    std::uint64_t failing = 0;
    for (std::uint32_t column = std::min(first + ColumnChances::kWordBits, geometry().columns);
         column-- > first;) {
      const double vmin = vmins[column] + (row_term + clusters[column]);
      failing = failing << 1 | std::uint64_t{fails(vmin, sequence_element(key, column), voltage)};
    }
    faults.set(word, failing);
  }
}

bool VminFaultMap::fails(double vmin_without_cell, std::uint64_t uniform, Voltage voltage) const {
  return happens(failure_argument(vmin_without_cell, voltage), uniform);
}

std::string VminFaultMap::source() const {
  std::string text =
      "generated: " + name_ + " " + mixture().text() + ", mu " + format_double(terms_.mu);
  const std::pair<const char*, double> others[] = {
      {"mu_shift", terms_.mu_shift},           {"sigma_die", terms_.sigma_die},
      {"sigma_bitline", terms_.sigma_bitline}, {"sigma_row", terms_.sigma_row},
      {"sigma_cluster", terms_.sigma_cluster}, {"sigma_cell", terms_.sigma_cell}};
  for (const auto& [name, value] : others) {
    if (value != 0) text += std::string(", ") + name + " " + format_double(value);
  }
  if (terms_.sigma_cluster != 0) {
    text += ", clusters of " + std::to_string(terms_.cluster_rows) + " rows x " +
            std::to_string(terms_.cluster_columns) + " columns";
  }
  return text + terms_.bitlines.text() + origin();
}

Voltage VminFaultMap::vfail(const CellAddress& cell) const {
  const double vmin_without_cell = this->vmin_without_cell(cell);
  const std::uint64_t uniform = this->uniform(cell);
  std::int64_t fails_at = profile().lowest().micro();
  std::int64_t works_at = profile().data().error_free_voltage.micro();
  while (works_at - fails_at > 1) {
    const std::int64_t middle = fails_at + (works_at - fails_at) / 2;
    const bool failing = fails(vmin_without_cell, uniform, Voltage::from_micro(middle));
    (failing ? fails_at : works_at) = middle;
  }
  return Voltage::from_micro(fails_at);
}

double VminFaultMap::vmin(const CellAddress& cell) const {
  if (!geometry().contains(cell)) throw std::logic_error("no such cell: " + to_string(cell));
  const std::uint64_t uniform = this->uniform(cell);
  // A low number fails early, that is at a high voltage.
  return vmin_without_cell(cell) - terms_.sigma_cell * standard_normal(uniform);
}

}  // namespace brownout::memory

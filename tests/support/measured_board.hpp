// The failing bits of an FPGA board's block RAMs, in the form in which those of a KC705 were
// published (Salami et al., MICRO 2018): of a board that is drawn to look like it, and of the
// measured one, which is not part of the repository.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "memory/chip_draws.hpp"
#include "memory/generators/vmin_generator.hpp"
#include "memory/numbers/keyed_random.hpp"

namespace brownout::testing {

/// Steps of 10 mV from 0.59 to 0.53 V; the board works above.
inline constexpr std::size_t kBoardSteps = 7;

inline memory::Voltage voltage_of_step(std::size_t step) {
  return memory::Voltage::from_micro(590'000 - 10'000 * static_cast<std::int64_t>(step));
}

struct BoardBit {
  memory::CellAddress cell;
  memory::Voltage vfail;  ///< the highest step at which it failed
  std::string fails;      ///< 0 or 1 for each step
};

/// A line a bit: bank,row,col,vfail_mv,number of steps,steps,stuck, and more.
inline std::vector<BoardBit> board_bits(const std::string& csv) {
  std::istringstream lines(csv);
  std::vector<BoardBit> bits;
  std::string line;
  std::getline(lines, line);  // names
  while (std::getline(lines, line)) {
    std::vector<std::string> fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    const auto number = [&](std::size_t i) {
      return static_cast<std::uint32_t>(std::stoul(fields.at(i)));
    };
    bits.push_back({{number(0), number(1), number(2)},
                    memory::Voltage::from_micro(std::int64_t{number(3)} * 1000),
                    fields.at(5)});
  }
  return bits;
}

/// What the drawn board was drawn from. Bitlines of 512 cells take even and odd rows.
inline constexpr memory::SramGeometry kDrawnBoard{300, 1024, 8};
inline constexpr memory::VminTerms kDrawnTerms{.mu = 0.402,
                                               .sigma_bitline = 0.031,
                                               .sigma_cell = 0.024,
                                               .bitlines = {.cells = 512, .interleave = 2}};

/// One bit in a hundred that fails at several steps passes again at one below its first: real
/// cells do not quite nest.
inline std::string drawn_board() {
  memory::VoltageProfileData range;
  range.name = range.source = "test";
  range.unit = memory::VoltageUnit::kVolts;
  range.error_free_voltage = memory::Voltage::parse("0.6");
  range.reference_voltage = memory::Voltage::parse("1");
  range.rows = {{memory::Voltage::parse("0.53"), 0.5, {}, {}},
                {memory::Voltage::parse("0.59"), 0.1, {}, {}}};
  const memory::VminFaultMap map("test", kDrawnBoard,
                                 std::make_shared<const memory::VoltageProfile>(range), kDrawnTerms,
                                 {}, memory::chip_seed(28, 0));
  std::ostringstream csv;
  csv << "bank,row,col,vfail_mv,nlevels,fails_590_580_570_560_550_540_530,stuck\n";
  for (const memory::Fault& fault : map.faults()) {
    const memory::CellAddress& cell = fault.cell;
    std::string fails(kBoardSteps, '0');
    std::size_t first = 0;
    while (voltage_of_step(first) > fault.vfail) ++first;
    std::fill(fails.begin() + static_cast<std::ptrdiff_t>(first), fails.end(), '1');
    const std::uint64_t draw = memory::keyed_hash(28, cell.bank, cell.row, cell.column);
    const std::size_t below = kBoardSteps - first - 1;
    if (below > 0 && draw % 100 == 0) fails[first + 1 + draw / 100 % below] = '0';
    csv << cell.bank << ',' << cell.row << ',' << cell.column << ','
        << voltage_of_step(first).micro() / 1000 << ','
        << std::count(fails.begin(), fails.end(), '1') << ',' << fails << ",0\n";
  }
  return csv.str();
}

/// The text of a file of the measured board; empty where it is not at hand.
inline std::string measured_board(const std::string& file = "kc705b_faults.csv") {
  std::ifstream in(std::string(BROWNOUT_SOURCE_DIR "/../shared/data/sram/") + file);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline constexpr memory::SramGeometry kMeasuredBoard{890, 1024, 8};

}  // namespace brownout::testing

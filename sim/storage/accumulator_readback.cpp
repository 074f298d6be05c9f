#include "sim/storage/accumulator_readback.hpp"

#include <stdexcept>
#include <vector>

#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::storage {
namespace {

using Masks = models::ReadMasks<std::uint32_t>;

/// Of an entry.
struct FailingBit {
  std::int64_t entry = 0;
  std::uint32_t bit = 0;
  memory::FaultKind kind = memory::FaultKind::kFlip;
};

/// By half and column of the array: every block uses entries from 0 on.
using FailingBits = std::vector<std::vector<FailingBit>>;

std::size_t index_of(const hardware::AccumulatorEntry& sum, int columns) {
  return static_cast<std::size_t>(sum.half * columns + sum.column);
}

/// The bank is the column; a row holds an entry of both halves, bit by bit beside each other.
FailingBits failing_bits(const memory::CellMasks& cells, int columns) {
  FailingBits found(static_cast<std::size_t>(2 * columns));
  cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    const hardware::AccumulatorEntry sum{.half = static_cast<int>(cell.column % 2),
                                         .column = static_cast<int>(cell.bank),
                                         .entry = cell.row};
    found[index_of(sum, columns)].push_back({sum.entry, cell.column / 2, kind});
  });
  return found;
}

void add(Masks& masks, std::size_t elements, std::size_t element, const FailingBit& failing) {
  if (masks.empty()) masks.resize(elements);
  memory::of_kind(masks, failing.kind)[element] |= std::uint32_t{1} << failing.bit;
}

}  // namespace

models::SumMasks read_back_accumulators(const schedule::TileProgram& program,
                                        const models::QuantizedNetwork& network,
                                        const memory::CellMasks& cells) {
  const auto geometry =
      hardware::organisation(program.spec, hardware::OnChipMemory::kAccumulator).geometry();
  if (cells.geometry() != geometry) {
    throw std::logic_error("read_back_accumulators: masks of another geometry");
  }
  const int columns = program.spec.array.columns;
  const FailingBits failing = failing_bits(cells, columns);
  models::SumMasks sums(network.nodes.size());
  for (const schedule::Fold& fold : program.folds) {
    if (!fold.first_k) continue;  // the block's further folds use the same entries
    const schedule::Tile& tile = program.tile_of(fold);
    const models::Shape& output =
        network.tensor(models::node_output(network.nodes[tile.node])).shape;
    const schedule::ArrayUse use = program.use_of(fold);
    for (int column = 0; column < use.columns; ++column) {
      hardware::AccumulatorEntry sum{.half = fold.half(), .column = column, .entry = 0};
      for (const FailingBit& bit : failing[index_of(sum, columns)]) {
        sum.entry = bit.entry;
        if (sum.entry >= use.vectors) break;  // they rise
        const schedule::OutputElement of = program.output_of(fold, sum);
        add(sums[tile.node], static_cast<std::size_t>(output.size()),
            static_cast<std::size_t>(of.pixel * output.channels + of.channel), bit);
      }
    }
  }
  return sums;
}

}  // namespace brownout::storage

#include "sim/storage/accumulator_readback.hpp"

#include <stdexcept>
#include <vector>

#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::storage {
namespace {

using Masks = models::ReadMasks<std::uint32_t>;

/// A failing bit of one entry.
struct FailingBit {
  std::int64_t m = 0;
  std::uint32_t bit = 0;
  memory::FaultKind kind = memory::FaultKind::kFlip;
};

/// By half and column of the array: every block uses entries from 0 on.
using FailingBits = std::vector<std::vector<FailingBit>>;

std::size_t index_of(std::size_t half, int column, int columns) {
  return half * static_cast<unsigned>(columns) + static_cast<unsigned>(column);
}

/// The bank is the column; a row holds entry m of both halves, bit by bit beside each other.
FailingBits failing_bits(const memory::CellMasks& cells, int columns) {
  FailingBits found(static_cast<std::size_t>(2 * columns));
  cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    found[index_of(cell.column % 2, static_cast<int>(cell.bank), columns)].push_back(
        {std::int64_t{cell.row}, cell.column / 2, kind});
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
    for (int column = 0; column < tile.columns; ++column) {
      const int channel = program.first_channel(tile) + column;
      for (const FailingBit& bit : failing[index_of(fold.block % 2, column, columns)]) {
        if (bit.m >= fold.m_count) break;  // they rise
        const std::int64_t element = (fold.m0 + bit.m) * output.channels + channel;
        add(sums[tile.node], static_cast<std::size_t>(output.size()),
            static_cast<std::size_t>(element), bit);
      }
    }
  }
  return sums;
}

}  // namespace brownout::storage

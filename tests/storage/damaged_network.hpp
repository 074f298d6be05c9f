// A small network on a small SRAM with every kind of fault, for tests of what faults do to weights.
#pragma once

#include "memory/numbers/keyed_random.hpp"
#include "tests/storage/small_spec.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::storage {

struct DamagedNetwork : testing::StoredNetwork {
  models::QuantizedNetwork network;
  memory::CellMasks cells;

  explicit DamagedNetwork(hardware::Placement placement)
      : DamagedNetwork(testing::random_residual_network(12), placement) {}
  DamagedNetwork(const models::QuantizedNetwork& of, hardware::Placement placement)
      : StoredNetwork(of, small_spec(placement)), network(of), cells(organisation().geometry()) {
    const memory::SramGeometry& geometry = cells.geometry();
    for (std::uint32_t bank = 0; bank < geometry.banks; ++bank) {
      for (std::uint32_t row = 0; row < geometry.rows; ++row) {
        for (std::uint32_t column = 0; column < geometry.columns; ++column) {
          const std::uint64_t hash = memory::keyed_hash(9, bank, row, column);
          if (hash % 30 != 0) continue;
          cells.set({bank, row, column}, static_cast<memory::FaultKind>(hash / 30 % 3));
        }
      }
    }
  }

  WeightReadback read(const FaultFilter& filter = {}) const {
    return StoredNetwork::read(cells, filter);
  }
};

}  // namespace brownout::storage

// A small network on a small SRAM with every kind of fault, for tests of what faults do to weights.
#pragma once

#include "memory/numbers/keyed_random.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/stored_network.hpp"

namespace brownout::storage {

struct DamagedNetwork : testing::StoredNetwork {
  models::QuantizedNetwork network;
  memory::CellMasks cells;

  explicit DamagedNetwork(hardware::Placement placement)
      : DamagedNetwork(testing::random_residual_network(12), placement) {}
  DamagedNetwork(const models::QuantizedNetwork& of, hardware::Placement placement)
      : StoredNetwork(of, spec_of(placement)), network(of), cells(organisation().geometry()) {
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

 private:
  static hardware::AcceleratorSpec spec_of(hardware::Placement placement) {
    hardware::AcceleratorSpec spec;
    spec.array = {8, 6};  // rows that do not fill their last word
    spec.accumulator.depth = 30;
    spec.placement = placement;
    const int capacity = placement == hardware::Placement::kResident ? 16 : 1;
    spec.weight_sram = {.capacity_kib = capacity, .banks = 2, .word_bits = 32, .column_mux = 4};
    return spec;
  }
};

}  // namespace brownout::storage

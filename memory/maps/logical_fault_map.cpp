// One cell after another through SramOrganisation::locate.
#include "memory/maps/logical_fault_map.hpp"

#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"

namespace brownout::memory {

SparseFaultMap physical_fault_map(const SparseFaultMap& logical, SramOrganisation organisation) {
  const SramGeometry& from = logical.geometry();
  const bool banked = from.banks != 1;
  if ((banked && from.banks != organisation.banks) || from.columns != organisation.word_bits) {
    throw InputError("the map has " + to_string(from) +
                     "; in word addresses it is 1 bank, or the SRAM's " +
                     std::to_string(organisation.banks) + ", a row a word, and the word's " +
                     std::to_string(organisation.word_bits) + " bits as columns");
  }
  organisation.words = std::uint64_t{from.banks} * from.rows;
  organisation.validate();
  std::vector<Fault> faults = logical.faults();
  for (Fault& fault : faults) {
    const std::uint64_t word =
        banked ? std::uint64_t{fault.cell.row} * from.banks + fault.cell.bank : fault.cell.row;
    fault.cell = organisation.locate({word, fault.cell.column});
  }
  FaultMapHeader header = logical.header();
  header.geometry = organisation.geometry();
  return {std::move(header), std::move(faults)};
}

}  // namespace brownout::memory

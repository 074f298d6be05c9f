#include "sim/storage/activation_readback.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/hardware/on_chip_memory.hpp"

namespace brownout::storage {
namespace {

constexpr unsigned kByteBits = 8;

using ByteMasks = models::ReadMasks<std::uint8_t>;

/// The masks of the first `bytes` bytes.
ByteMasks byte_masks(const memory::SramOrganisation& organisation, const memory::CellMasks& cells,
                     std::uint64_t bytes) {
  ByteMasks masks;
  masks.resize(bytes);
  const std::uint64_t word_bytes = organisation.word_bits / kByteBits;
  cells.for_each([&](const memory::CellAddress& cell, memory::FaultKind kind) {
    const memory::BitAddress address = organisation.address_of(cell);
    const std::uint64_t byte = address.word * word_bytes + address.bit / kByteBits;
    if (byte >= bytes) return;
    memory::of_kind(masks, kind)[byte] |= static_cast<std::uint8_t>(1U << address.bit % kByteBits);
  });
  return masks;
}

std::vector<std::uint8_t> slice(const std::vector<std::uint8_t>& mask, std::uint64_t first,
                                std::uint64_t count) {
  const auto begin = mask.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

bool all_zero(const std::vector<std::uint8_t>& mask) {
  return std::all_of(mask.begin(), mask.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

models::TensorMasks read_back_activations(const schedule::TileProgram& program,
                                          const models::QuantizedNetwork& network,
                                          const memory::CellMasks& cells) {
  const memory::SramOrganisation organisation =
      hardware::organisation(program.spec, hardware::OnChipMemory::kActivationSram);
  if (cells.geometry() != organisation.geometry()) {
    throw std::logic_error("read_back_activations: masks of another geometry");
  }
  const ByteMasks bytes = byte_masks(organisation, cells, program.activation_bytes);
  models::TensorMasks tensors(network.tensors.size());
  for (std::size_t id = 0; id < tensors.size(); ++id) {
    if (network.tensors[id].is_constant()) continue;  // has no address
    const std::uint64_t first = program.tensor_address[id];
    const auto size = static_cast<std::uint64_t>(network.tensors[id].shape.size());
    ByteMasks masks{slice(bytes.stuck_at_0, first, size), slice(bytes.stuck_at_1, first, size),
                    slice(bytes.flip, first, size)};
    if (all_zero(masks.stuck_at_0) && all_zero(masks.stuck_at_1) && all_zero(masks.flip)) continue;
    tensors[id] = std::move(masks);
  }
  return tensors;
}

}  // namespace brownout::storage

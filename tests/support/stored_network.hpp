// A network's weights as they stand in a weight SRAM: everything from the program to the image.
#pragma once

#include <utility>

#include "models/quantized_network.hpp"
#include "sim/schedule/program_builder.hpp"
#include "sim/schedule/weight_layout.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/weight_readback.hpp"

namespace brownout::testing {

struct StoredNetwork {
  schedule::TileProgram program;
  schedule::WeightLayout layout;
  memory::StorageScheme scheme;
  models::WeightSet written;
  storage::WeightImage image;
  storage::ByReadVoltage<memory::WordMasks> known;  ///< nothing

  StoredNetwork(const models::QuantizedNetwork& network, hardware::AcceleratorSpec spec,
                memory::StorageScheme how = {})
      : StoredNetwork(network, std::move(spec), std::move(how), models::clean_weights(network)) {}
  StoredNetwork(const models::QuantizedNetwork& network, hardware::AcceleratorSpec spec,
                memory::StorageScheme how, models::WeightSet weights)
      : program(schedule::make_program(network, widened(std::move(spec), how))),
        layout(schedule::lay_out(program)),
        scheme(std::move(how)),
        written(std::move(weights)),
        image(program, written, path()) {}

  memory::SramOrganisation organisation() const { return program.spec.weight_sram.organisation(); }
  storage::StoredWeights stored() const { return {program, layout, image, written, known}; }
  storage::WordPath path(const storage::FaultFilter& filter = {}) const {
    return {scheme, organisation(), filter};
  }
  storage::WeightReadback read(const memory::CellMasks& cells,
                               const storage::FaultFilter& filter = {}) const {
    return storage::read_back(stored(), path(filter), cells);
  }

 private:
  static hardware::AcceleratorSpec widened(hardware::AcceleratorSpec spec,
                                           const memory::StorageScheme& how) {
    const std::uint32_t word_bits = spec.weight_sram.organisation().word_bits;
    const memory::WordCodec codec = how.codec(word_bits);
    const std::uint32_t flags = how.changes.flag_bits(word_bits);
    spec.weight_sram.check_bits = static_cast<int>(codec.check_bits() + flags);
    spec.weight_sram.flag_bits = static_cast<int>(flags);
    spec.weight_sram.decoder_xors = codec.gates().decoder;
    spec.weight_sram.encoder_xors = codec.gates().encoder;
    return spec;
  }
};

}  // namespace brownout::testing

// Every layer's output of a network, for tests that compare them with a source runtime:
// layer_outputs MODEL INPUT.npy OUT.npz [MODEL INPUT.npy OUT.npz ...]
// INPUT: uint8 codes as the network holds them (a signed code + 128), images x height x width x
// channels. OUT: per node one such array, named by the node's output tensor.
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "memory/files/file_bytes.hpp"
#include "memory/files/npy_array.hpp"
#include "models/engine/integer_engine.hpp"
#include "models/network_import.hpp"
#include "sim/experiment/weights_file.hpp"

namespace {

using namespace brownout;

void run(const std::string& model, const std::string& input, const std::string& output) {
  const models::QuantizedNetwork network = models::import_network(model);
  const std::string bytes = memory::read_file_bytes(input);
  const memory::NpyArray images = memory::parse_npy(bytes, input);
  if (images.type != "|u1") throw std::runtime_error(input + ": not uint8");
  const std::vector<std::uint8_t> codes(images.elements.begin(), images.elements.end());
  const models::EngineResult result = models::IntegerEngine(network).run(codes, true);
  const auto count =
      static_cast<std::int64_t>(codes.size()) / network.tensor(network.input).shape.size();
  std::vector<experiment::NamedCodes> layers;
  for (const models::NodeIndex i : network.nodes.indices()) {
    const models::ActivationTensor& made = network.tensor(models::node_output(network.nodes[i]));
    layers.push_back({made.name,
                      {count, made.shape.height, made.shape.width, made.shape.channels},
                      result.layer_outputs[i]});
  }
  experiment::write_codes_npz(output, layers);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    for (int i = 1; i + 2 < argc; i += 3) run(argv[i], argv[i + 1], argv[i + 2]);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 2;
  }
  return 0;
}

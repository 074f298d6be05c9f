// Runs networks on codes from files, for the tests of tests/python. Reads lines "NETWORK INPUT
// OUTPUT" (paths without spaces): INPUT holds images x height x width x channels codes, OUTPUT
// takes the codes of the network's output. Prints a line for each, "ok" or the error.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "models/engine/integer_engine.hpp"
#include "models/onnx/import.hpp"

namespace {

void run(const std::string& network, const std::string& input, const std::string& output) {
  using brownout::models::IntegerEngine;
  const auto imported = brownout::models::import_onnx(network);
  IntegerEngine engine(imported);
  std::ifstream in(input, std::ios::binary);
  const std::vector<std::uint8_t> codes{std::istreambuf_iterator<char>(in), {}};
  const std::vector<std::uint8_t> logits = engine.run(codes).logits;
  std::ofstream out(output, std::ios::binary);
  out.write(reinterpret_cast<const char*>(logits.data()),
            static_cast<std::streamsize>(logits.size()));
}

}  // namespace

int main() {
  std::string network, input, output;
  while (std::cin >> network >> input >> output) {
    try {
      run(network, input, output);
      std::cout << "ok" << std::endl;
    } catch (const std::exception& error) {
      std::cout << error.what() << std::endl;
    }
  }
}

// The choice of the importer.
#include "models/network_import.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include "models/network_file.hpp"
#include "models/onnx/import.hpp"
#include "models/tflite/import.hpp"

namespace brownout::models {
namespace {

/// A flatbuffer's identifier stands behind the offset of its root.
bool has_tflite_identifier(const std::filesystem::path& path) {
  std::array<char, 8> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return file.good() && std::string_view(head.data() + 4, 4) == "TFL3";
}

}  // namespace

QuantizedNetwork import_network(const std::filesystem::path& path,
                                const std::optional<InputCodes>& input) {
  const bool tflite = path.extension() == ".tflite" || has_tflite_identifier(path);
  if (tflite && input) {
    fail_in_file(path.string(),
                 "workload.input: a TFLite file says itself which codes its input has");
  }
  return tflite ? import_tflite(path) : input ? import_onnx(path, *input) : import_onnx(path);
}

}  // namespace brownout::models

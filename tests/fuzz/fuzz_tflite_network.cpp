// TFLite files. Bytes that are changed in place leave a flatbuffer one more often than those that
// are inserted.
#include <cstring>
#include <random>

#include "models/tflite/import.hpp"
#include "tests/fuzz/fuzzed_network.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  std::mt19937 random(seed);
  if (size < sizeof(std::int32_t) || random() % 4 == 0) return LLVMFuzzerMutate(data, size, most);
  constexpr std::int32_t kValues[] = {0, 1, 2, 3, 4, 255, 4096, 65536, 1 << 30, INT32_MAX, -1};
  for (unsigned change = 0; change <= random() % 3; ++change) {
    std::uint8_t* word = data + random() % (size / sizeof(std::int32_t)) * sizeof(std::int32_t);
    switch (random() % 3) {
      case 0:
        std::memcpy(word, &kValues[random() % std::size(kValues)], sizeof(std::int32_t));
        break;
      case 1:
        word[random() % sizeof(std::int32_t)] += static_cast<std::uint8_t>(random() % 9 - 4);
        break;
      default:
        std::memcpy(word, data + random() % (size / 4) * 4, sizeof(std::int32_t));
    }
  }
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  brownout::models::import_bytes(data, size, brownout::models::import_tflite);
  return 0;
}

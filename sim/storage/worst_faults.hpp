// The faults that change weights most, each traced from its cell to the place of its weight in the
// network. Found forward, tile by tile; weight_readback.hpp comes from the cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/fault_map.hpp"
#include "models/quantized_network.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// One failing cell and one weight that stands on it: where weights stream, a cell has many.
struct WeightFault {
  /// The cell holds no bit of the weight: the word code brings its failure there.
  static constexpr int kThroughCode = -1;

  memory::CellAddress cell;
  memory::FaultKind kind{};
  double probability = 1;  ///< of an intermittent cell to fail in an inference

  models::NodeIndex node;
  int tile = 0;  ///< within the layer, in the order of use
  int group = 0;
  int n = 0;               ///< output channel, of all groups
  int k = 0;               ///< (c * KH + kh) * KW + kw
  int c = 0;               ///< input channel, within the group
  int kh = 0, kw = 0;      ///< kernel row and column
  int bit = 0;             ///< of the weight's code, 0 is the lowest; or kThroughCode
  std::size_t weight = 0;  ///< index in the node's matrix, n * K + k

  int written = 0;            ///< the weight, in quantization steps
  int alone = 0;              ///< with this fault alone
  int read = 0;               ///< with all faults that act (intermittent cells failing)
  double error = 0;           ///< |alone - written| x the scale of its channel
  double relative_error = 0;  ///< that / the largest |weight| of the layer, in real units
  std::uint64_t fetches = 0;  ///< in one inference
};

/// The `count` faults of the largest relative error, in falling order (equal ones by cell, then by
/// tile). Faults that change no weight are none of them.
std::vector<WeightFault> worst_faults(const models::QuantizedNetwork& network,
                                      const StoredWeights& stored, const WordPath& path,
                                      const ByReadVoltage<memory::CellFaults>& faults,
                                      std::size_t count);

}  // namespace brownout::storage

// What faults did to the weights of each layer: directions, words, sizes of errors. Found forward,
// tile by tile, from the codes as they were read; weight_readback.hpp counts from the cells.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/encoding.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/weight_readback.hpp"

namespace brownout::storage {

/// Of one layer. All but the largest error add up over inferences.
struct LayerDamage {
  std::uint64_t bits_fetched = 0;  ///< real weight bits, each fetch counted
  std::uint64_t zero_to_one = 0;   ///< of these, stored 0 and read 1
  std::uint64_t one_to_zero = 0;
  std::uint64_t words = 0;          ///< of the layer's tiles
  std::uint64_t words_touched = 0;  ///< with a real weight bit that reads wrong
  std::uint64_t weights = 0;
  std::uint64_t error_sum = 0;  ///< of |weight as read - as written|, in quantization steps
  std::uint64_t error_max = 0;

  LayerDamage& operator+=(const LayerDamage& other);
};

class WeightDamageMeter {
 public:
  /// `program` and `written` must outlive this.
  WeightDamageMeter(const schedule::TileProgram& program, const models::WeightSet& written,
                    memory::Encoding encoding);

  /// By layer.
  std::vector<LayerDamage> measure(const WeightReadback& readback) const;

 private:
  void add_tile(const schedule::Tile& tile, std::uint64_t fetches, const WeightReadback& readback,
                LayerDamage& damage) const;

  const schedule::TileProgram& program_;
  const models::WeightSet& written_;
  WeightCodes codes_;  // of these
  std::vector<std::uint64_t> fetches_;
};

}  // namespace brownout::storage

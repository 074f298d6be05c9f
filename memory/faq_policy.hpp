// Fault-aware quantization: each weight is written as the nearest value that the known stuck bits
// of its word can hold (after Hanif and Shafique, arXiv 2305.12590; the exact rule is our own).
#pragma once

#include <cstdint>
#include <vector>

#include "memory/nearest_values.hpp"
#include "memory/write_policy.hpp"

namespace brownout::memory {

class FaqPolicy final : public WritePolicy {
 public:
  explicit FaqPolicy(Encoding encoding);

  bool looks_at_cells() const override { return true; }
  std::uint64_t choose(std::uint64_t wanted, int bits, const PartMask& known) const override;

 private:
  std::vector<NearestValues> tables_;  // of 1 to 8 bits
};

}  // namespace brownout::memory

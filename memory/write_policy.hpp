// How the codes of a word are chosen that are written in place of those of its weights, where the
// word's failing cells are known. A new policy is its own file and one entry of the table.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "memory/encoding.hpp"
#include "memory/word_masks.hpp"

namespace brownout::memory {

/// For weights of one encoding.
class WritePolicy {
 public:
  virtual ~WritePolicy() = default;
  /// Whether the choice depends on `known`.
  virtual bool looks_at_cells() const = 0;
  /// `wanted`: codes of weights, `bits` wide, the first from bit 0 on; the last may be cut off.
  /// `known`: what is known of their cells when they are written.
  virtual std::uint64_t choose(std::uint64_t wanted, int bits, const PartMask& known) const = 0;
};

struct WritePolicyKind {
  std::string_view name;
  std::shared_ptr<const WritePolicy> (*make)(Encoding encoding);
};

const std::vector<WritePolicyKind>& write_policies();
/// Throws InputError that lists the policies.
std::shared_ptr<const WritePolicy> make_write_policy(std::string_view name, Encoding encoding);

}  // namespace brownout::memory

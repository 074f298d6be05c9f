#include "memory/write_policy.hpp"

#include <string>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

// Writes what is wanted, whatever the cells do to it.
class PlainPolicy final : public WritePolicy {
 public:
  WideBits choose(const WideBits& wanted, Encoding, int, const WordMask&) const override {
    return wanted;
  }
};

}  // namespace

const std::vector<WritePolicyEntry>& write_policies() {
  static const std::vector<WritePolicyEntry> policies = {
      {"plain",
       []() -> std::shared_ptr<const WritePolicy> { return std::make_shared<PlainPolicy>(); }}};
  return policies;
}

std::shared_ptr<const WritePolicy> make_write_policy(std::string_view name) {
  std::string names;
  for (const WritePolicyEntry& entry : write_policies()) {
    if (entry.name == name) return entry.make();
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw InputError(in_quotes(name) + " is not a write policy: " + names);
}

}  // namespace brownout::memory

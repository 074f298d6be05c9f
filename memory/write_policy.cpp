#include "memory/write_policy.hpp"

#include <string>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/faq_policy.hpp"

namespace brownout::memory {
namespace {

// Writes what is wanted, whatever the cells do to it.
class PlainPolicy final : public WritePolicy {
 public:
  bool looks_at_cells() const override { return false; }
  std::uint64_t choose(std::uint64_t wanted, int, const PartMask&) const override { return wanted; }
};

}  // namespace

const std::vector<WritePolicyKind>& write_policies() {
  static const std::vector<WritePolicyKind> policies = {
      {"plain",
       [](Encoding) -> std::shared_ptr<const WritePolicy> {
         return std::make_shared<PlainPolicy>();
       }},
      {"faq", [](Encoding encoding) -> std::shared_ptr<const WritePolicy> {
         return std::make_shared<FaqPolicy>(encoding);
       }}};
  return policies;
}

std::shared_ptr<const WritePolicy> make_write_policy(std::string_view name, Encoding encoding) {
  std::string names;
  for (const WritePolicyKind& kind : write_policies()) {
    if (kind.name == name) return kind.make(encoding);
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  throw InputError(in_quotes(name) + " is not a write policy: " + names);
}

}  // namespace brownout::memory

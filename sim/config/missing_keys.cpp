#include "sim/config/missing_keys.hpp"

#include <string>
#include <string_view>

#include "memory/base/input_error.hpp"

namespace brownout::config {
namespace {

constexpr std::string_view kRequired[] = {"workload.name", "workload.network", "workload.dataset",
                                          "accelerator", "memory.profile"};  // energy: with it

/// The value of a dotted key, or the place that lacks it: the nearest map around it.
struct Found {
  const Value* value = nullptr;
  const Value* around = nullptr;
};

Found find(const Value& root, std::string_view key) {
  const Value* around = &root;
  for (;;) {
    // What is there but no map is the reader's to complain about.
    if (around->kind != Value::Kind::kMap && around->kind != Value::Kind::kNull) {
      return {around, around};
    }
    const std::size_t dot = key.find('.');
    const Value* next = around->find(key.substr(0, dot));
    if (next == nullptr || dot == std::string_view::npos) return {next, around};
    around = next;
    key.remove_prefix(dot + 1);
  }
}

}  // namespace

void require_workload_keys(const Value& root) {
  std::string missing;
  int count = 0;
  for (const std::string_view key : kRequired) {
    const Found found = find(root, key);
    if (found.value != nullptr) continue;
    const bool below = found.around != &root && found.around->line > 0;
    missing += (count++ == 0 ? "" : ", ") + std::string(key) +
               (below ? " (below line " + std::to_string(found.around->line) + ")" : "");
  }
  if (count > 1) throw InputError("these keys are missing: " + missing).within(root.place());
}

}  // namespace brownout::config

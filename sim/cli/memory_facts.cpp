#include "sim/cli/memory_facts.hpp"

#include <string>

namespace brownout::cli {
namespace {

std::string faulty_memories(const config::MemoryConfig& config) {
  std::string list;
  for (const auto& [which, memory] : config.memories) {
    list += (list.empty() ? "" : ", ") + hardware::title(which);
  }
  return list;
}

}  // namespace

std::vector<Fact> memory_facts(const experiment::Workbench& bench, const experiment::Chip& chip,
                               const experiment::PointResult& point) {
  std::vector<Fact> facts = {
      {{"faulty_memories", "memories with faults"}, faulty_memories(bench.config.memory)}};
  for (const experiment::MemoryResult& memory : point.memories) {
    if (memory.memory == hardware::OnChipMemory::kWeightSram)
      continue;  // reported as the point's own
    const std::string key = hardware::to_string(memory.memory);
    append(facts, {{{key + "_voltage", hardware::title(memory.memory), memory.unit},
                    voltage_cell(memory.voltage)},
                   {{key + "_unit", ""}, memory.unit},
                   {{key + "_ber", "  bit error rate", "of the cells", Style::kRate}, memory.ber},
                   {{key + "_source", "  source"}, chip.find(memory.memory)->source()}});
  }
  return facts;
}

}  // namespace brownout::cli

#include "sim/cli/rail_facts.hpp"

#include <string>

namespace brownout::cli {
namespace {

std::string faulty_memories(const config::MemoryConfig& config) {
  std::string list;
  for (const hardware::OnChipMemory memory : hardware::kOnChipMemories) {
    if (config.find(memory) == nullptr) continue;
    list += (list.empty() ? "" : ", ") + hardware::title(memory);
  }
  return list;
}

}  // namespace

std::vector<Fact> rail_facts(const experiment::Workbench& bench, const experiment::Chip& chip,
                             const experiment::PointResult& point) {
  std::vector<Fact> facts = {
      {{"faulty_memories", "memories with faults"}, faulty_memories(bench.config.memory)}};
  for (const experiment::RailResult& rail : point.rails) {
    if (rail.memory == hardware::OnChipMemory::kWeightSram)
      continue;  // reported as the point's own
    const std::string key = hardware::to_string(rail.memory);
    append(facts, {{{key + "_voltage", hardware::title(rail.memory), rail.unit},
                    voltage_cell(rail.voltage)},
                   {{key + "_unit", ""}, rail.unit},
                   {{key + "_ber", "  bit error rate", "of the cells", Style::kRate}, rail.ber},
                   {{key + "_source", "  source"}, chip.find(rail.memory)->source()}});
  }
  return facts;
}

}  // namespace brownout::cli

#include "sim/cli/memory_facts.hpp"

#include <string>

namespace brownout::cli {
namespace {

std::string faulty_memories(const experiment::PointResult& point) {
  std::string list;
  for (const experiment::MemoryResult& memory : point.memories) {
    list += (list.empty() ? "" : ", ") + hardware::title(memory.memory);
  }
  return list;
}

}  // namespace

std::vector<Fact> memory_facts(const experiment::PointResult& point) {
  std::vector<Fact> facts = {{{"faulty_memories", "memories with faults"}, faulty_memories(point)}};
  for (const experiment::MemoryResult& memory : point.memories) {
    // The weight SRAM's are reported as the point's own.
    if (memory.memory == hardware::OnChipMemory::kWeightSram) continue;
    const std::string key = hardware::to_string(memory.memory);
    append(facts, {{{key + "_voltage", hardware::title(memory.memory), memory.unit},
                    voltage_cell(memory.voltage)},
                   {{key + "_unit", ""}, memory.unit},
                   {{key + "_ber", "  bit error rate", "of the cells", Style::kRate}, memory.ber},
                   {{key + "_source", "  source"}, memory.source}});
  }
  return facts;
}

}  // namespace brownout::cli

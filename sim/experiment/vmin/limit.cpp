#include "sim/experiment/vmin/limit.hpp"

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::experiment {

std::string repaired_text(const std::optional<RepairedBitline>& repaired) {
  return repaired ? format_double(repaired->drop) + ' ' + repaired->bitline : std::string();
}

std::optional<RepairedBitline> parse_repaired(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t space = text.find(' ');
  const std::optional<double> drop = parse_double(text.substr(0, space));
  if (!drop || space == std::string::npos) throw InputError(in_quotes(text) + " is no bitline");
  return RepairedBitline{text.substr(space + 1), *drop};
}

Limit find_limit(std::uint64_t chip, const std::vector<FaultPart>& parts,
                 const std::vector<double>& drops, const std::vector<RepairedBitline>& repaired) {
  Limit limit{.chip = chip, .drop_of_all = drops.front()};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool is_layer = parts[i].layer != "all";
    double& most = is_layer ? limit.layer_drop : limit.bit_drop;
    if (drops[i] <= most) continue;
    most = drops[i];
    (is_layer ? limit.layer : limit.bit) = is_layer ? parts[i].layer : parts[i].bit;
  }
  for (const RepairedBitline& line : repaired) {
    const double regained = limit.drop_of_all - line.drop;
    if (regained <= limit.bitline_regained) continue;
    limit.bitline_regained = regained;
    limit.bitline = line.bitline;
  }
  return limit;
}

}  // namespace brownout::experiment

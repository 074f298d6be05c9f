// The dotted keys that --set is offered for: those of the key tables, and a few whose sections have
// readers of their own.
#pragma once

#include <string>
#include <vector>

namespace brownout::config {

/// Full keys, as --set takes them, in the order of the sections.
std::vector<std::string> settable_keys();

}  // namespace brownout::config

// What a workload lacks, told at once: a file that is begun should not be completed error by error.
#pragma once

#include "sim/config/yaml_value.hpp"

namespace brownout::config {

/// Throws InputError that names all required keys which a workload's tree lacks, when they are two
/// or more; a single one is left to the reader of its section.
void require_workload_keys(const Value& root);

}  // namespace brownout::config

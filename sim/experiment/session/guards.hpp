// Guards that a network takes with it whatever chip it runs on: activations that cannot leave the
// ranges that they have without faults.
#pragma once

#include "sim/experiment/session/plan.hpp"

namespace brownout::experiment {

/// Where the workload asks for it (`memory.mitigations.clamp_activations`): clamps activations to
/// what they are on the last images of the data set, and says in the plan's notes when those are
/// scored, too. Throws InputError where there are not so many images.
void clamp_activations(Plan& plan);

}  // namespace brownout::experiment

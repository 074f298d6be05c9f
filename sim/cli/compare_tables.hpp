// The tables of `brownout compare`. Sweeps stand in them by their numbers in the first, from 1.
#pragma once

#include <vector>

#include "sim/cli/table.hpp"
#include "sim/experiment/compare/comparison.hpp"
#include "sim/experiment/compare/differences.hpp"

namespace brownout::cli {

using ComparedSweeps = std::vector<experiment::ComparedSweep>;

/// Whether the voltages of all are in one unit; others do not compare.
bool have_one_unit(const ComparedSweeps& sweeps);

/// A line a sweep: where it is compared, what it costs there, and by how much more than the first.
Table sweep_table(const ComparedSweeps& sweeps);
/// A line for each key in which they differ.
Table difference_table(const std::vector<experiment::Difference>& differences, std::size_t sweeps);
/// A line for each part of the energy where they are compared.
Table energy_table(const ComparedSweeps& sweeps);
/// A line a voltage: the share of chips that pass, and the mean of the metric.
Table common_voltage_table(const ComparedSweeps& sweeps);
/// The voltages that no other beats in energy and metric.
Table pareto_table(const ComparedSweeps& sweeps);
/// A line a layer: cycles and energy in each sweep.
Table layer_comparison(const ComparedSweeps& sweeps);

}  // namespace brownout::cli

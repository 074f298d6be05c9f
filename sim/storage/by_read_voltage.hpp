// What differs between layers because they read the weight SRAM at different voltages: one value
// for all of them, or further ones for layers whose reads are boosted.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "models/node_index.hpp"

namespace brownout::storage {

template <typename T>
class ByReadVoltage {
 public:
  /// Of no layer.
  ByReadVoltage() = default;
  /// Of all layers.
  explicit ByReadVoltage(T value) { values_.push_back(std::move(value)); }
  /// `voltage_of`: which of the values is a layer's; empty: the first is all layers'.
  ByReadVoltage(models::ByNode<std::size_t> voltage_of, std::vector<T> values)
      : voltage_of_(std::move(voltage_of)), values_(std::move(values)) {}

  bool empty() const { return values_.empty(); }
  const T& of(models::NodeIndex node) const { return values_[voltage_of(node)]; }
  std::size_t voltage_of(models::NodeIndex node) const {
    return voltage_of_.empty() ? 0 : voltage_of_[node];
  }
  /// The first is that of layers whose reads are not boosted.
  const std::vector<T>& values() const { return values_; }
  /// What a function makes of each value.
  template <typename Function>
  auto each(Function&& function) const {
    std::vector<decltype(function(values_.front()))> made;
    for (const T& value : values_) made.push_back(function(value));
    return ByReadVoltage<typename decltype(made)::value_type>(voltage_of_, std::move(made));
  }

 private:
  models::ByNode<std::size_t> voltage_of_;
  std::vector<T> values_;
};

}  // namespace brownout::storage

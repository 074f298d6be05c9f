// The two on-chip memories as modules: the weight SRAM, read through its faults, and the activation
// SRAM, which is error-free.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/sram_macro.hpp"

namespace brownout::accelerator {

/// Read through its faults. Both module and interface, like Accumulators.
class WeightSram final : public sc_core::sc_module, virtual public sc_core::sc_interface {
 public:
  explicit WeightSram(const sc_core::sc_module_name& name) : sc_module(name) {}

  void resize(const memory::SramOrganisation& organisation, std::vector<memory::WordMask> masks) {
    macro_ = memory::SramMacro(organisation);
    macro_.set_masks(std::move(masks));
  }
  void write(std::uint64_t word, std::uint64_t value) { macro_.write(word, value); }
  /// As the faulty cells deliver it.
  std::uint64_t read(std::uint64_t word) const { return macro_.read(word); }
  /// As it was written.
  std::uint64_t stored(std::uint64_t word) const { return macro_.stored(word); }

 private:
  memory::SramMacro macro_{memory::SramOrganisation{.banks = 1, .words = 1, .word_bits = 8}};
};

class ActivationSram final : public sc_core::sc_module, virtual public sc_core::sc_interface {
 public:
  explicit ActivationSram(const sc_core::sc_module_name& name) : sc_module(name) {}

  void resize(std::uint64_t bytes) { bytes_.assign(bytes, 0); }
  void write(std::uint64_t address, std::uint8_t code) { bytes_[address] = code; }
  /// `count` bytes from `address`.
  std::span<const std::uint8_t> read(std::uint64_t address, std::uint64_t count) const {
    return std::span(bytes_).subspan(address, count);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace brownout::accelerator

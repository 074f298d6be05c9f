// The two on-chip memories as modules: the weight SRAM, read through its faults, and the activation
// SRAM, which is error-free.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/sram_macro.hpp"

namespace brownout::accelerator {

class WeightSramPort : virtual public sc_core::sc_interface {
 public:
  virtual void resize(const memory::SramOrganisation& organisation,
                      std::vector<memory::WordMask> masks) = 0;
  virtual void write(std::uint64_t word, std::uint64_t value) = 0;
  /// As the faulty cells deliver it.
  virtual std::uint64_t read(std::uint64_t word) const = 0;
  /// As it was written.
  virtual std::uint64_t stored(std::uint64_t word) const = 0;
};

class WeightSram final : public sc_core::sc_module, public WeightSramPort {
 public:
  explicit WeightSram(const sc_core::sc_module_name& name) : sc_module(name) {}

  void resize(const memory::SramOrganisation& organisation,
              std::vector<memory::WordMask> masks) override {
    macro_ = memory::SramMacro(organisation);
    macro_.set_masks(std::move(masks));
  }
  void write(std::uint64_t word, std::uint64_t value) override { macro_.write(word, value); }
  std::uint64_t read(std::uint64_t word) const override { return macro_.read(word); }
  std::uint64_t stored(std::uint64_t word) const override { return macro_.stored(word); }

 private:
  memory::SramMacro macro_{memory::SramOrganisation{.banks = 1, .words = 1, .word_bits = 8}};
};

class ActivationSramPort : virtual public sc_core::sc_interface {
 public:
  virtual void resize(std::uint64_t bytes) = 0;
  virtual void write(std::uint64_t address, std::uint8_t code) = 0;
  /// `count` bytes from `address`.
  virtual std::span<const std::uint8_t> read(std::uint64_t address, std::uint64_t count) const = 0;
};

class ActivationSram final : public sc_core::sc_module, public ActivationSramPort {
 public:
  explicit ActivationSram(const sc_core::sc_module_name& name) : sc_module(name) {}

  void resize(std::uint64_t bytes) override { bytes_.assign(bytes, 0); }
  void write(std::uint64_t address, std::uint8_t code) override { bytes_[address] = code; }
  std::span<const std::uint8_t> read(std::uint64_t address, std::uint64_t count) const override {
    return std::span(bytes_).subspan(address, count);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace brownout::accelerator

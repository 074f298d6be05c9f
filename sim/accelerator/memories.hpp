// The two on-chip SRAMs as modules: weights and activations, each read through its faults.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/sram_macro.hpp"

namespace brownout::accelerator {

/// Both module and interface, like Accumulators.
class WeightSram final : public sc_core::sc_module, virtual public sc_core::sc_interface {
 public:
  explicit WeightSram(const sc_core::sc_module_name& name) : sc_module(name) {}

  void resize(const memory::SramOrganisation& organisation) {
    macro_ = memory::SramMacro(organisation);
  }
  /// What its cells do from now on: at the voltage of the next reads. Must outlive them.
  void set_masks(const memory::WordMasks& masks) { macro_.set_masks(masks); }
  void write(std::uint64_t word, const memory::WordBits& value) { macro_.write(word, value); }
  /// As it was written, and what its cells make of it.
  memory::WordBits stored(std::uint64_t word) const { return macro_.stored(word); }
  memory::WordMask mask(std::uint64_t word) const { return macro_.mask(word); }

 private:
  memory::SramMacro macro_{memory::SramOrganisation{.banks = 1, .words = 1, .word_bits = 8}};
};

/// Bytes in words: byte a is bits 8 (a mod b) and up of word a div b, with b bytes a word. A cell's
/// fault lasts for the whole job, so every read of a byte until it is written again gives the same:
/// a byte goes through its word's mask once, when it is written.
class ActivationSram final : public sc_core::sc_module, virtual public sc_core::sc_interface {
 public:
  explicit ActivationSram(const sc_core::sc_module_name& name) : sc_module(name) {}

  /// Without masks the memory is error-free.
  void resize(std::uint64_t bytes, int word_bits, const memory::WordMasks* masks) {
    stored_.assign(bytes, 0);
    as_read_.assign(bytes, 0);
    word_bytes_ = static_cast<unsigned>(word_bits) / 8;
    masks_ = masks;
  }
  void write(std::uint64_t address, std::uint8_t code) {
    stored_[address] = code;
    as_read_[address] = masks_ == nullptr ? code : through_cells(address, code);
  }
  /// `count` bytes from `address`, as the cells deliver them.
  std::span<const std::uint8_t> read(std::uint64_t address, std::uint64_t count) const {
    return std::span(as_read_).subspan(address, count);
  }
  /// The same as they were written.
  std::span<const std::uint8_t> stored(std::uint64_t address, std::uint64_t count) const {
    return std::span(stored_).subspan(address, count);
  }

 private:
  std::uint8_t through_cells(std::uint64_t address, std::uint8_t code) const {
    const auto bit = 8 * static_cast<unsigned>(address % word_bytes_);
    const unsigned shift = bit % memory::WideBits::kPartBits;
    const memory::PartMask& mask =
        masks_->part(address / word_bytes_, bit / memory::WideBits::kPartBits);
    return static_cast<std::uint8_t>(mask.apply(std::uint64_t{code} << shift) >> shift);
  }

  std::vector<std::uint8_t> stored_, as_read_;
  unsigned word_bytes_ = 1;
  const memory::WordMasks* masks_ = nullptr;  // the job's
};

}  // namespace brownout::accelerator

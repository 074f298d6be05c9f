// What an SRAM costs by the size of its banks and the width of its words: laws fitted to runs of a
// memory compiler or CACTI, in the units of fixed prices.
#pragma once

#include <string>

#include "sim/hardware/accelerator_spec.hpp"

namespace brownout::energy {

struct SramBank {
  double kib = 0;        ///< with check bits and spare lines
  double word_bits = 0;  ///< likewise

  bool operator==(const SramBank&) const = default;
};

/// One bank of a memory. The accumulators have one for each column and half.
SramBank bank_of(const hardware::AcceleratorSpec& spec, hardware::OnChipMemory memory);

/// reference x 2^(size s + width w + size_size s^2 + size_width s w + width_width w^2), where s is
/// how often the bank's size doubles that of 16 KiB, and w its words' width that of 32 bits.
struct SizeLaw {
  double reference = 0;
  double size = 0, width = 0, size_size = 0, size_width = 0, width_width = 0;

  double at(const SramBank& bank) const;
};

struct SramModel {
  std::string source;
  /// What the runs covered.
  double smallest_kib = 0, largest_kib = 0, narrowest_bits = 0, widest_bits = 0;
  SizeLaw read, write;  ///< joules a bit of an access
  SizeLaw leakage;      ///< watts a KiB
  SizeLaw area;         ///< mm^2 a KiB

  /// The covered bank that is nearest: prices per bit and KiB are its.
  SramBank nearest(SramBank bank) const;
  bool covers(const SramBank& bank) const { return nearest(bank) == bank; }
  /// Throws InputError that starts with a key, e.g. "bank_kib.largest: ...": a range without a
  /// value.
  void validate() const;
};

}  // namespace brownout::energy

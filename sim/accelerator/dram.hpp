// The DRAM behind a TLM-2.0 target socket: bytes, and a delay for every transfer. Another DRAM
// simulator can be bound in its place.
#pragma once

#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/accelerator/job_state.hpp"

namespace brownout::accelerator {

class Dram final : public sc_core::sc_module {
 public:
  Dram(const sc_core::sc_module_name& name, JobState& state);

  tlm_utils::simple_target_socket<Dram> socket{"socket"};

  /// Replaces the contents, from address 0 (back door of the host, takes no time).
  void load(std::vector<std::uint8_t> bytes) { bytes_ = std::move(bytes); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  JobState& state_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace brownout::accelerator

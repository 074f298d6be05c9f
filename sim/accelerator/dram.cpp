#include "sim/accelerator/dram.hpp"

#include <cstring>

namespace brownout::accelerator {

Cycle BurstDram::transfer_cycles(std::uint64_t bytes) {
  Cycle cycles = spec_.latency_cycles;
  for (std::uint64_t sent = 0; sent < bytes; sent += static_cast<unsigned>(spec_.burst_bytes)) {
    for (int beat = 0; beat < spec_.burst_bytes; beat += spec_.bytes_per_cycle) ++cycles;
  }
  return cycles;
}

Dram::Dram(const sc_core::sc_module_name& name, JobState& state) : sc_module(name), state_(state) {
  socket.register_b_transport(this, &Dram::transport);
}

void Dram::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  if (address + length > bytes_.size()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), bytes_.data() + address, length);
  } else {
    std::memcpy(bytes_.data() + address, payload.get_data_ptr(), length);
  }
  const auto cycles = static_cast<sc_dt::uint64>(state_.dram->transfer_cycles(length));
  delay += sc_core::sc_time::from_value(2 * cycles);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace brownout::accelerator

// The DMA: moves the input, the weight tiles and the output between DRAM and the on-chip memories,
// one transfer at a time, in the order in which they were asked for.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/accelerator/job_state.hpp"
#include "sim/accelerator/memories.hpp"

namespace brownout::accelerator {

/// Where the parts of a job stand in DRAM.
struct DramLayout {
  std::uint64_t input = 0;
  std::vector<std::uint64_t> outputs = {};
  Indexed<schedule::TileIndex, std::uint64_t> tiles = {};
  std::uint64_t size = 0;
};

class DmaPort : virtual public sc_core::sc_interface {
 public:
  virtual void fetch_input() = 0;
  /// Queues the words of a fold's tile; they may be overwritten from now on only when `allowed`.
  virtual void fetch_weights(FoldIndex fold) = 0;
  /// The words that `fold` reads have been taken by the array before cycle `from`.
  virtual void weights_taken(FoldIndex fold, Cycle from) = 0;
  virtual void store_outputs(Cycle from) = 0;
  /// A word as DRAM has it, and how long that takes beside the queue: it waits for no transfer.
  struct Refetched {
    memory::WordBits word;
    Cycle cycles = 0;
  };
  virtual Refetched refetch(schedule::TileIndex tile, std::uint64_t word_of_tile) = 0;
  /// Cycle from which the result of a transfer can be used, or -1 while that is not known to all.
  virtual Cycle input_ready() const = 0;
  virtual Cycle weights_ready(FoldIndex fold) const = 0;
  virtual Cycle outputs_done() const = 0;
  /// Notified at the cycle from which a further result can be used.
  virtual const sc_core::sc_event& progress() const = 0;
};

class Dma final : public sc_core::sc_module, public DmaPort {
 public:
  SC_HAS_PROCESS(Dma);
  Dma(const sc_core::sc_module_name& name, JobState& state);

  tlm_utils::simple_initiator_socket<Dma> socket{"socket"};
  sc_core::sc_port<WeightSram> weight_sram{"weight_sram"};
  sc_core::sc_port<ActivationSram> activation_sram{"activation_sram"};

  void restart(DramLayout layout);
  void fetch_input() override;
  void fetch_weights(FoldIndex fold) override;
  void weights_taken(FoldIndex fold, Cycle from) override;
  void store_outputs(Cycle from) override;
  Refetched refetch(schedule::TileIndex tile, std::uint64_t word_of_tile) override;
  Cycle input_ready() const override { return input_ready_; }
  Cycle weights_ready(FoldIndex fold) const override { return weights_ready_[fold]; }
  Cycle outputs_done() const override { return outputs_done_; }
  const sc_core::sc_event& progress() const override { return progress_; }

 private:
  enum class Kind { kInput, kWeights, kOutput };
  struct Transfer {
    Kind kind = Kind::kInput;
    FoldIndex fold = {};     ///< of kWeights
    std::size_t output = 0;  ///< of kOutput
    Cycle earliest = 0;
  };

  void try_start();
  void complete();
  bool gate_open(Transfer& transfer) const;
  std::uint64_t bus_bytes(std::uint64_t bytes) const;
  Cycle transport(tlm::tlm_command command, std::uint64_t address,
                  std::vector<std::uint8_t>& bytes);
  void access(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& bytes,
              Cycle start);

  JobState& state_;
  DramLayout layout_;
  std::deque<Transfer> queue_;
  bool busy_ = false;
  Transfer current_;
  std::vector<std::uint8_t> data_;
  Cycle free_from_ = 0, done_at_ = 0;
  Cycle input_ready_ = -1, outputs_done_ = -1;
  Indexed<FoldIndex, Cycle> weights_ready_, taken_from_;  // -1: not yet
  sc_core::sc_event completed_, progress_;
};

}  // namespace brownout::accelerator

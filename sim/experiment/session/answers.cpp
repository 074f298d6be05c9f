// Session's answers to single images, which need no costs, no damage and not all images.
#include <algorithm>

#include "sim/experiment/session/session.hpp"

namespace brownout::experiment {

void Session::answer(const Point& point, std::span<const std::int64_t> order, std::size_t at_a_time,
                     const std::function<bool(const std::vector<bool>& right)>& look) {
  const Chip chip(*plan_, point.chip);
  FaultState state(*plan_, chip, point);
  models::IntegerEngine& engine = engine_of(state);
  while (!order.empty()) {
    const std::size_t count = std::min(at_a_time, order.size());
    if (look(right_on(state, engine, order.first(count)))) return;
    order = order.subspan(count);
  }
}

/// Of an engine that has the state's inference.
std::vector<bool> Session::right_on(FaultState& state, models::IntegerEngine& engine,
                                    std::span<const std::int64_t> images) const {
  const std::size_t batch = state.varies() ? 1 : static_cast<std::size_t>(plan_->config.run.batch);
  std::vector<std::uint8_t> logits;
  std::vector<std::uint16_t> labels;
  for (std::size_t first = 0; first < images.size(); first += batch) {
    std::vector<std::uint8_t> codes;
    for (const std::int64_t image : images.subspan(first, std::min(batch, images.size() - first))) {
      const auto of_image = images_->codes_of(image, 1);
      codes.insert(codes.end(), of_image.begin(), of_image.end());
      labels.push_back(images_->labels[static_cast<std::size_t>(image)]);
    }
    if (state.varies()) {
      state.move_to(static_cast<std::uint64_t>(images[first]));
      state.update(engine);
    }
    const models::EngineResult result = engine.run(codes);
    logits.insert(logits.end(), result.logits.begin(), result.logits.end());
  }
  return right_predictions(logits, labels);
}

}  // namespace brownout::experiment

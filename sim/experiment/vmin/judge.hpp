// Judges chips by an accuracy target, on as many images as it takes.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/experiment/results/verdict.hpp"
#include "sim/experiment/session/session.hpp"
#include "sim/experiment/vmin/judgement.hpp"

namespace brownout::experiment {

/// The images of a data set in an order of its own, so that any first part is drawn at random.
std::vector<std::int64_t> random_order(std::int64_t images, std::uint64_t seed);

/// The most of `right` images that a chip may lose, net, to pass.
std::int64_t most_lost(const PassMark& mark, std::int64_t right, std::int64_t images);

class Judge {
 public:
  /// `session` must outlive this.
  Judge(Session& session, const AccuracyTarget& target) : session_(session), target_(target) {}

  /// Of the point alone, as is what follows. `error`: chance of a verdict other than that of all
  /// images.
  Judgement judge(const Point& point, double error);
  /// The metric that is lost on the first `images` of the random order; of a reconstruction on all.
  double drop_on(const Point& point, std::int64_t images);

 private:
  bool by_images() const { return session_.images().metric == Metric::kTop1; }
  PassMark mark() { return mark_of(target_, session_.images().metric, session_.reference()); }
  Judgement judge_images(const Point& point, double error);
  Judgement judge_whole(const Point& point);
  /// `see` gets of each image whether it is right without faults, and here; `enough` is asked now
  /// and then.
  void answer(const Point& point, const std::function<void(bool without, bool with)>& see,
              const std::function<bool()>& enough);

  Session& session_;
  AccuracyTarget target_;
  std::vector<std::int64_t> order_;  // of the images; made when it is first used
};

}  // namespace brownout::experiment

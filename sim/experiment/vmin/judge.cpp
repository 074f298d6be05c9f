#include "sim/experiment/vmin/judge.hpp"

#include <algorithm>
#include <numeric>

#include "memory/numbers/keyed_random.hpp"
#include "sim/experiment/results/point_columns.hpp"

namespace brownout::experiment {
namespace {

/// Images between two looks: fewer would leave the engine's batches half empty.
constexpr std::size_t kAtATime = 200;

}  // namespace

std::vector<std::int64_t> random_order(std::int64_t images, std::uint64_t seed) {
  constexpr std::uint64_t kOrder = 0x6f72646572;  // what the hash is for: "order"
  const std::uint64_t key = memory::keyed_hash(seed, kOrder);
  std::vector<std::int64_t> order(static_cast<std::size_t>(images));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [key](std::int64_t left, std::int64_t right) {
    const auto place = [key](std::int64_t image) {
      return memory::sequence_element(key, static_cast<std::uint64_t>(image));
    };
    return place(left) < place(right);  // a bijection: no ties
  });
  return order;
}

std::int64_t most_lost(const PassMark& mark, std::int64_t right, std::int64_t images) {
  const auto pass = [&](std::int64_t lost) {
    return passes(static_cast<double>(right - lost) / static_cast<double>(images), mark.minimum);
  };
  std::int64_t low = right - images - 1, high = right + 1;  // one more image than can be either
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (pass(middle) ? low : high) = middle;
  }
  return low;
}

Judgement Judge::judge(const Point& point, double error) {
  Judgement judgement = by_images() ? judge_images(point, error) : judge_whole(point);
  const Plan& plan = session_.plan();
  judgement.voltage = point.voltage;
  judgement.unit = plan.unit(plan.supply(point.supply).memories.front());
  judgement.chip = point.chip;
  return judgement;
}

void Judge::answer(const Point& point, const std::function<void(bool, bool)>& see,
                   const std::function<bool()>& enough) {
  const std::vector<bool>& clean = session_.right_without_faults();
  if (order_.empty()) {
    order_ = random_order(session_.images().count, session_.plan().config.run.seed);
  }
  auto image = order_.begin();
  session_.answer(point, order_, kAtATime, [&](const std::vector<bool>& right) {
    for (const bool answer : right) see(clean[static_cast<std::size_t>(*image++)], answer);
    return enough();
  });
}

Judgement Judge::judge_images(const Point& point, double error) {
  const std::vector<bool>& clean = session_.right_without_faults();
  const std::int64_t images = session_.images().count;
  const std::int64_t right = std::count(clean.begin(), clean.end(), true);
  ImageTest test({.images = images,
                  .right = right,
                  .most_lost = most_lost(mark(), right, images),
                  .error = error});
  answer(
      point, [&](bool without, bool with) { test.add(without, with); },
      [&] { return test.verdict().has_value(); });
  const ImageVerdict verdict = test.verdict().value();
  return {
      .images = test.images(),
      .paired = PairedCounts{test.lost(), test.gained()},
      .drop = static_cast<double>(test.lost() - test.gained()) / static_cast<double>(test.images()),
      .pass = verdict.pass,
      .by = verdict.by};
}

/// A metric that is no mean over the images.
Judgement Judge::judge_whole(const Point& point) {
  const PointResult result = session_.run(point);
  const Verdict verdict =
      experiment::judge(parse_point_row(points_header(result.columns), point_row(result)), mark());
  return {.images = result.images,
          .drop = verdict.drop,
          .pass = verdict.pass,
          .by = SettledBy::kAllImages};
}

double Judge::drop_on(const Point& point, std::int64_t images) {
  if (!by_images()) return judge_whole(point).drop;
  std::int64_t seen = 0, lost = 0;
  answer(
      point,
      [&](bool without, bool with) {
        ++seen;
        lost += (without ? 1 : 0) - (with ? 1 : 0);
      },
      [&] { return seen >= images; });
  return static_cast<double>(lost) / static_cast<double>(seen);
}

}  // namespace brownout::experiment

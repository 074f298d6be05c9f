// Judges a chip on a whole set of images from a part of it, drawn at random: a sequential test
// whose verdict differs from that of the whole set with a chance that is given.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace brownout::experiment {

enum class SettledBy : std::uint8_t {
  kAllImages,   ///< all were run
  kArithmetic,  ///< the rest cannot change the verdict
  kBound,       ///< the rest changes it with a chance of at most the error
};

/// What the whole set says, or a part of it.
struct ImageVerdict {
  bool pass = false;
  SettledBy by{};
};

/// What is known before a chip is judged.
struct ImageTarget {
  std::int64_t images = 0;
  std::int64_t right = 0;      ///< of these, those that are right without faults
  std::int64_t most_lost = 0;  ///< a chip passes that loses no more of the right ones, net
  double error = 0;            ///< chance of a wrong verdict, whichever it is; 0: none
};

/// Wealth of somebody who bets against a hypothesis about the sum of a population of -1, 0 and 1,
/// from which is drawn without replacement (I. Waudby-Smith and A. Ramdas, "Confidence sequences
/// for sampling without replacement", NeurIPS 2020). If the hypothesis holds, it is a
/// supermartingale from 1, which reaches 1 / error with a chance of at most the error, however
/// often somebody looks (J. Ville, 1939).
class BetAgainst {
 public:
  /// `side` 1: that the sum is at least `sum`; -1: that it is at most that.
  BetAgainst(int side, std::int64_t sum) : side_(side), sum_(sum) {}

  /// The next value, when `drawn_sum` is that of those before it, and `left` are left with it.
  void add(int value, std::int64_t drawn_sum, std::int64_t left);
  double wealth() const;

 private:
  /// Bold bets win sooner where few images change, timid ones where many do; the mean of all is a
  /// bet, too.
  static constexpr std::array kStakes = {0.1, 0.2, 0.4, 0.8};

  int side_;
  std::int64_t sum_;
  std::array<double, kStakes.size()> wealth_ = {1, 1, 1, 1};
};

class ImageTest {
 public:
  explicit ImageTest(const ImageTarget& target);

  /// The next image of the random order.
  void add(bool right_without_faults, bool right);

  std::int64_t images() const { return images_; }
  std::int64_t lost() const { return lost_; }
  std::int64_t gained() const { return gained_; }
  /// Nothing while it is open; never after the last image.
  std::optional<ImageVerdict> verdict() const;

 private:
  ImageTarget target_;
  BetAgainst fails_, passes_;
  std::optional<bool> believed_;  // the first hypothesis that was refuted says it
  std::int64_t images_ = 0, right_ = 0, lost_ = 0, gained_ = 0;
};

}  // namespace brownout::experiment

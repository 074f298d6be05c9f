// Estimates from the mean time of a point so far.
#include "sim/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <ostream>
#include <string_view>

#include "sim/cli/terminal_text.hpp"

namespace brownout::cli {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

std::string progress_text(std::size_t done, std::size_t total, std::size_t fresh, double seconds) {
  std::string text = fmt::format("{} of {} points", done, total);
  if (fresh == 0 || done >= total) return text;
  const double left = seconds / static_cast<double>(fresh) * static_cast<double>(total - done);
  return text + ", about " + duration(left) + " left";
}

Progress::Progress(std::ostream& err, bool enabled) : err_(err), enabled_(enabled) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (shown_) err_ << kClearLine << std::flush;
  shown_ = false;
}

void Progress::update(std::size_t done, std::size_t total) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (!start_) {
    resumed_ = done;
    start_ = now;
  }
  const double seconds = std::chrono::duration<double>(now - *start_).count();
  show(progress_text(done, total, done - resumed_, seconds));
}

void Progress::show(const std::string& text) {
  if (!enabled_) return;
  shown_ = true;
  err_ << kClearLine << one_line(text) << std::flush;
}

}  // namespace brownout::cli

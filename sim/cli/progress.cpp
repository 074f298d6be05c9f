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

ProgressForm progress_form(bool quiet) {
  if (quiet) return ProgressForm::kNone;
  return isatty(STDERR_FILENO) == 1 ? ProgressForm::kTerminal : ProgressForm::kLog;
}

std::string progress_text(const Count& count, std::size_t fresh, double seconds) {
  std::string text = fmt::format("{} of {} {}", count.done, count.total, count.what);
  if (fresh == 0 || count.done >= count.total) return text;
  const double left =
      seconds / static_cast<double>(fresh) * static_cast<double>(count.total - count.done);
  return text + ", about " + duration(left) + " left";
}

Progress::Progress(std::ostream& err, ProgressForm form, std::chrono::seconds between)
    : err_(err), form_(form), between_(between) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (shown_) err_ << kClearLine << std::flush;
  shown_ = false;
}

void Progress::update(const Count& count) {
  if (form_ == ProgressForm::kNone) return;
  const auto now = std::chrono::steady_clock::now();
  if (!start_) {
    resumed_ = count.done;
    start_ = now;
  }
  const double seconds = std::chrono::duration<double>(now - *start_).count();
  show(progress_text(count, count.done - resumed_, seconds));
}

void Progress::show(const std::string& text) {
  if (form_ == ProgressForm::kTerminal) {
    shown_ = true;
    err_ << kClearLine << one_line(text) << std::flush;
  }
  const auto now = std::chrono::steady_clock::now();
  if (form_ != ProgressForm::kLog || now - last_ < between_) return;
  last_ = now;
  err_ << one_line(text) << "\n" << std::flush;
}

}  // namespace brownout::cli

// UTF-8 by its table (RFC 3629): what it leaves out is escaped byte by byte.
#include "sim/cli/terminal_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "memory/base/text_number.hpp"

namespace brownout::cli {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool within(unsigned char byte, unsigned low, unsigned high) { return byte >= low && byte <= high; }

// Bytes of the printable character at the start of `text`; 0: it is none.
std::size_t printable_length(std::string_view text) {
  const unsigned char first = byte_at(text, 0), second = byte_at(text, 1);
  if (first < 0x80) return first >= ' ' && first != 0x7f ? 1 : 0;
  const auto follows = [&](std::size_t at) { return within(byte_at(text, at), 0x80, 0xbf); };
  if (first == 0xc2) return within(second, 0xa0, 0xbf) ? 2 : 0;  // below: control characters
  if (within(first, 0xc3, 0xdf)) return follows(1) ? 2 : 0;
  if (within(first, 0xe0, 0xef)) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;   // not in two bytes
    const unsigned high = first == 0xed ? 0x9f : 0xbf;  // no surrogates
    return within(second, low, high) && follows(2) ? 3 : 0;
  }
  if (within(first, 0xf0, 0xf4)) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;   // not in three bytes
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;  // up to U+10FFFF
    return within(second, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string one_line(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string line;
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    if (length > 0) {
      line += text.substr(0, length);
    } else if (text.front() == '\n' || text.front() == '\r' || text.front() == '\t') {
      line += ' ';
    } else {
      const unsigned char byte = byte_at(text, 0);
      line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    text.remove_prefix(length > 0 ? length : 1);
  }
  return line;
}

// A first line begins behind what fills the indent.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    if (column > indent && column + 1 + word.size() > width) {
      result += '\n';
      result.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::size_t terminal_columns() {
  constexpr std::size_t kWithoutTerminal = 100;
  const char* const variable = std::getenv("COLUMNS");
  const auto columns = parse_unsigned(variable == nullptr ? "" : variable);
  if (columns && *columns > 0) return static_cast<std::size_t>(*columns);
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kWithoutTerminal;
}

}  // namespace brownout::cli

#include "memory/files/map_format.hpp"

#include <string_view>

#include "memory/files/columns.hpp"
#include "memory/files/csv_lines.hpp"
#include "memory/files/dump_contents.hpp"
#include "memory/files/fault_map_csv.hpp"
#include "memory/files/npy_array.hpp"

namespace brownout::memory {
namespace {

constexpr std::size_t kStart = 1 << 16;  // bytes of a file that show its format

// Hexadecimal words, perhaps with an address.
bool is_of_digits(std::string_view line) {
  return line.size() > 1 &&
         line.find_first_not_of("0123456789abcdefABCDEFxX@ \t_") == std::string_view::npos;
}

// Such files are read as lines whatever their bytes: names and remarks are in any language.
bool is_of_lines(const std::string& name, std::string_view start) {
  return start.starts_with('#') || name.ends_with(".csv");
}

}  // namespace

std::string format_of_titles(const std::vector<std::string>& titles) {
  if (has_titles_of_reads(titles)) return "march";
  return has_titles_of_cells(titles) ? "table" : "";
}

std::string format_of_content(const RecordFile& file) {
  const std::string_view start = std::string_view(file.text).substr(0, kStart);
  if (is_npy(start)) return "npy";
  if (!is_of_lines(file.name, start) && dump_encoding_of(start) != DumpEncoding::kText) {
    return "dump";
  }
  CsvLines lines(start, file.name, CsvLines::Separator::kAny);
  if (!lines.next() || is_fault_map_csv_title(lines.line())) return "csv";
  if (is_of_digits(lines.line())) return "dump";
  return format_of_titles({lines.fields().begin(), lines.fields().end()});
}

}  // namespace brownout::memory

// The names that testers' tools give to columns, in the order of preference where a table has
// several of them.
#include "memory/files/columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "memory/base/text_number.hpp"

namespace brownout::memory {
namespace {

constexpr std::int64_t kHighest = 100;  // of a voltage; as in an array (npy_fault_map.cpp)
constexpr std::int64_t kMicroPerUnit = 1'000'000;

struct Names {
  Quantity quantity;
  std::vector<std::string_view> names;  // the first is our own
};

const std::vector<Names>& known_names() {
  static const std::vector<Names> kNames = {
      {Quantity::kBank, {"bank", "block", "bram", "array", "macro", "subarray", "instance"}},
      {Quantity::kRow, {"row", "wordline", "word_line", "wl"}},
      {Quantity::kColumn, {"column", "col", "bitline", "bit_line", "bl"}},
      {Quantity::kAddress, {"address", "addr", "word_address", "word"}},
      {Quantity::kBit, {"bit", "data_bit", "bit_index", "dq"}},
      {Quantity::kVfail, {"vfail", "v_fail", "fail_voltage", "highest_failing_voltage"}},
      {Quantity::kVoltage, {"voltage", "vdd", "vddm", "supply", "vtest", "v"}},
      {Quantity::kKind,
       {"kind", "fault_type", "fault", "type", "stuck", "stuck_at", "stuck_value", "polarity"}},
      {Quantity::kP, {"p", "probability", "fail_probability"}},
      {Quantity::kExpected, {"expected", "exp", "expect", "written"}},
      {Quantity::kRead, {"read", "got", "actual", "observed"}},
      {Quantity::kElement, {"element"}}};
  return kNames;
}

bool is_voltage(Quantity quantity) {
  return quantity == Quantity::kVfail || quantity == Quantity::kVoltage;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// "VDD [mV]" -> "vdd", "mv"; "vfail_mv" -> the same of vfail; "addr:hex" -> "addr", "hex".
std::pair<std::string, std::string> split_title(std::string_view title) {
  std::string name = lower(title);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  std::erase_if(name, [](char c) { return c == '[' || c == ']' || c == '(' || c == ')'; });
  const std::size_t colon = name.find(':');
  if (colon != std::string::npos) return {name.substr(0, colon), name.substr(colon + 1)};
  for (const std::string_view unit : {"_mv", "_uv", "_v"}) {
    if (name.size() <= unit.size() || !name.ends_with(unit)) continue;
    return {name.substr(0, name.size() - unit.size()), std::string(unit.substr(1))};
  }
  return {name, ""};
}

// The place of a quantity among its names; nothing when the title is none of them.
std::optional<std::size_t> rank_of(const Names& names, std::string_view title) {
  const auto [name, form] = split_title(title);
  const auto found = std::find(names.names.begin(), names.names.end(), name);
  if (found == names.names.end()) return {};
  return static_cast<std::size_t>(found - names.names.begin());
}

bool has_title(const std::vector<std::string>& titles, Quantity quantity) {
  for (const Names& names : known_names()) {
    if (names.quantity != quantity) continue;
    return std::any_of(titles.begin(), titles.end(),
                       [&](const std::string& title) { return rank_of(names, title).has_value(); });
  }
  return false;
}

// The whole text as a number, with or without 0x where it is hexadecimal.
std::optional<std::uint64_t> parse_number(std::string_view text, bool is_hexadecimal) {
  const bool prefixed = text.starts_with("0x") || text.starts_with("0X");
  if (prefixed) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value,
                                             prefixed || is_hexadecimal ? 16 : 10);
  if (error != std::errc() || rest != text.data() + text.size()) return {};
  return value;
}

}  // namespace

std::string to_string(Quantity quantity) {
  for (const Names& names : known_names()) {
    if (names.quantity == quantity) return std::string(names.names.front());
  }
  throw std::logic_error("a quantity without a name");
}

Columns::Columns(const RecordLines& lines, std::string_view told) : lines_(lines) {
  while (!told.empty()) {
    const std::size_t comma = std::min(told.find(','), told.size());
    tell(told.substr(0, comma));
    told.remove_prefix(std::min(comma + 1, told.size()));
  }
  recognise();
}

std::optional<Columns::Form> Columns::parse_form(std::string_view text) {
  const std::string form = lower(text);
  if (form.empty()) return Form::kNone;
  if (form == "v") return Form::kVolts;
  if (form == "mv") return Form::kMillivolts;
  if (form == "uv") return Form::kMicrovolts;
  if (form == "hex") return Form::kHex;
  if (form == "dec") return Form::kDecimal;
  return {};
}

std::string Columns::to_string(Form form) {
  constexpr std::array<const char*, 6> kTexts = {"", "V", "mV", "uV", "hexadecimal", "decimal"};
  return kTexts[static_cast<std::size_t>(form)];
}

void Columns::add(Quantity quantity, std::size_t place, Form form) {
  const bool is_base = form == Form::kHex || form == Form::kDecimal;
  if (form != Form::kNone && (is_voltage(quantity) ? is_base : !is_base)) {
    lines_.lines().fail(memory::to_string(quantity) + " is not in " + to_string(form));
  }
  columns_.push_back({quantity, place, form});
}

// "vfail=V:mV"
void Columns::tell(std::string_view item) {
  const CsvLines& lines = lines_.lines();
  const std::size_t sign = item.find('=');
  if (sign == std::string_view::npos) {
    lines.fail(in_quotes(item) + " is not COLUMN=TITLE, such as vfail=V:mV");
  }
  const std::string_view name = item.substr(0, sign);
  std::string_view title = item.substr(sign + 1);
  const auto names = std::find_if(known_names().begin(), known_names().end(),
                                  [&](const Names& known) { return known.names.front() == name; });
  if (names == known_names().end()) {
    lines.fail(in_quotes(name) + " is no column of ours: bank, row, column, address, bit, vfail, " +
               "voltage, kind, p, expected, read");
  }
  const auto& titles = lines_.titles();
  auto found = std::find(titles.begin(), titles.end(), title);
  Form form = Form::kNone;
  const std::size_t colon = title.rfind(':');
  if (found == titles.end() && colon != std::string_view::npos) {
    const auto parsed = parse_form(title.substr(colon + 1));
    if (!parsed) lines.fail(in_quotes(title.substr(colon + 1)) + " is not V, mV, uV, hex or dec");
    form = *parsed;
    title = title.substr(0, colon);
    found = std::find(titles.begin(), titles.end(), title);
  }
  if (found == titles.end()) lines.fail("no column " + in_quotes(title));
  if (has(names->quantity)) lines.fail("column " + std::string(name) + " is told twice");
  add(names->quantity, static_cast<std::size_t>(found - titles.begin()), form);
}

void Columns::recognise() {
  const auto& titles = lines_.titles();
  for (const Names& names : known_names()) {
    if (has(names.quantity)) continue;
    std::optional<std::size_t> best, place;
    for (std::size_t i = 0; i < titles.size(); ++i) {
      const bool is_told = std::any_of(columns_.begin(), columns_.end(),
                                       [&](const Column& column) { return column.place == i; });
      const auto rank = is_told ? std::nullopt : rank_of(names, titles[i]);
      if (!rank || (best && *rank > *best)) continue;
      if (best == rank) lines_.lines().fail("column " + titles[i] + " stands twice");
      best = rank;
      place = i;
    }
    if (!place) continue;
    const std::string form = split_title(titles[*place]).second;
    const auto parsed = parse_form(form);
    if (!parsed) lines_.lines().fail(in_quotes(form) + " is not V, mV, uV, hex or dec");
    add(names.quantity, *place, *parsed);
  }
}

const Columns::Column* Columns::find(Quantity quantity) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const Column& column) {
    return column.quantity == quantity;
  });
  return found == columns_.end() ? nullptr : &*found;
}

const Columns::Column& Columns::at(Quantity quantity) const {
  const Column* found = find(quantity);
  if (found == nullptr) throw std::logic_error("no column " + memory::to_string(quantity));
  return *found;
}

void Columns::require(const std::vector<Quantity>& quantities) const {
  for (const Quantity quantity : quantities) {
    if (!has(quantity)) {
      lines_.lines().fail("column " + memory::to_string(quantity) + " is missing");
    }
  }
}

std::string_view Columns::text(Quantity quantity) const {
  return lines_.fields()[at(quantity).place];
}

void Columns::fail(Quantity quantity, const std::string& message) const {
  lines_.lines().fail(lines_.titles()[at(quantity).place] + ": " + message);
}

std::uint32_t Columns::number(Quantity quantity, int base, std::uint64_t below) const {
  const Form form = at(quantity).form;
  const bool is_hexadecimal = form == Form::kHex || (form == Form::kNone && base == 16);
  const auto value = parse_number(text(quantity), is_hexadecimal);
  if (!value || *value >= below) {
    fail(quantity, in_quotes(text(quantity)) + " is not a" +
                       (is_hexadecimal ? " hexadecimal" : "") + " number below " +
                       std::to_string(below));
  }
  return static_cast<std::uint32_t>(*value);
}

Voltage Columns::voltage(Quantity quantity) const {
  const std::string_view written = text(quantity);
  if (written == "inf") return Voltage::infinite();
  const Form form = at(quantity).form;
  const std::int64_t scale = form == Form::kMillivolts   ? 1000
                             : form == Form::kMicrovolts ? kMicroPerUnit
                                                         : 1;
  const auto highest = static_cast<double>(kHighest * scale);
  const std::optional<double> value = parse_double(written);
  if (value && *value >= 0 && *value <= highest) {
    return Voltage::from_micro(std::llround(*value * static_cast<double>(kMicroPerUnit / scale)));
  }
  const std::string advice = "; of millivolts say " + memory::to_string(quantity) + "=" +
                             lines_.titles()[at(quantity).place] + ":mV";
  fail(quantity, in_quotes(written) + " is not a voltage in 0.." +
                     std::to_string(kHighest * scale) + (form == Form::kNone ? advice : ""));
}

bool Columns::tells_volts() const {
  return std::any_of(columns_.begin(), columns_.end(), [](const Column& column) {
    return is_voltage(column.quantity) && column.form != Form::kNone;
  });
}

std::string Columns::note() const {
  std::string understood, unused;
  const auto& titles = lines_.titles();
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const auto column = std::find_if(columns_.begin(), columns_.end(),
                                     [&](const Column& known) { return known.place == i; });
    if (column == columns_.end()) {
      unused += (unused.empty() ? "not used: " : ", ") + titles[i];
    } else if (titles[i] != memory::to_string(column->quantity) || column->form != Form::kNone) {
      understood += (understood.empty() ? "" : ", ") + memory::to_string(column->quantity) + " = " +
                    titles[i] +
                    (column->form == Form::kNone ? "" : " (" + to_string(column->form) + ")");
    }
  }
  return understood + (understood.empty() || unused.empty() ? "" : "; ") + unused;
}

bool has_titles_of_reads(const std::vector<std::string>& titles) {
  return has_title(titles, Quantity::kAddress) && has_title(titles, Quantity::kExpected) &&
         has_title(titles, Quantity::kRead) && !has_title(titles, Quantity::kBit);
}

bool has_titles_of_cells(const std::vector<std::string>& titles) {
  const bool is_cell = has_title(titles, Quantity::kRow) && has_title(titles, Quantity::kColumn);
  return is_cell || (has_title(titles, Quantity::kAddress) && has_title(titles, Quantity::kBit));
}

}  // namespace brownout::memory

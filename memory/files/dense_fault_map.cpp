// The dense text pairs: names to voltages, lines to cells, and pairs by falling voltage to vfail.
#include "memory/files/dense_fault_map.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/file_bytes.hpp"

namespace brownout::memory {
namespace {

constexpr std::string_view kPrefix = "fmap_sa";
constexpr std::string_view kSuffix = ".txt";
constexpr std::array<FaultKind, 2> kKinds = {FaultKind::kStuckAt0, FaultKind::kStuckAt1};

std::string file_name(FaultKind kind, Voltage voltage) {
  return std::string(kPrefix) + (kind == FaultKind::kStuckAt0 ? "0" : "1") + "_v_" +
         voltage.text() + std::string(kSuffix);
}

[[noreturn]] void fail_cell(const std::string& file, std::size_t row, std::size_t column,
                            const std::string& message) {
  throw InputError("column " + std::to_string(column + 1) + ": " + message)
      .within(file + ":" + std::to_string(row + 1));
}

// One file: a byte 0 or 1 a cell.
struct Matrix {
  std::string file;
  std::size_t rows = 0, columns = 0;
  std::vector<char> cells;
};

class MatrixReader {
 public:
  explicit MatrixReader(const std::string& file) { matrix_.file = file; }

  Matrix read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() && text.empty()) break;
      read_row(line);
    }
    if (matrix_.rows == 0) throw InputError(matrix_.file + ":1: the file is empty");
    return std::move(matrix_);
  }

 private:
  void read_row(std::string_view line) {
    const auto skip_blanks = [&] {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    };
    std::size_t count = 0;
    bool wants_more = true;  // a cell must follow: at the start and behind a comma
    for (skip_blanks(); !line.empty() || wants_more; skip_blanks()) {
      const std::string_view token = line.substr(0, line.find_first_of(", \t"));
      if (token != "0" && token != "1") {
        fail_cell(matrix_.file, matrix_.rows, count, in_quotes(token) + " is not 0 or 1");
      }
      matrix_.cells.push_back(token == "1");
      ++count;
      line.remove_prefix(token.size());
      skip_blanks();
      wants_more = line.starts_with(',');
      if (wants_more) line.remove_prefix(1);
    }
    end_row(count);
  }

  void end_row(std::size_t count) {
    if (matrix_.rows == 0) matrix_.columns = count;
    ++matrix_.rows;
    if (count == matrix_.columns) return;
    throw InputError(std::to_string(count) + " columns instead of the " +
                     std::to_string(matrix_.columns) + " of line 1")
        .within(matrix_.file + ":" + std::to_string(matrix_.rows));
  }

  Matrix matrix_;
};

// The two files of a voltage, by kKinds; null while missing.
using Pair = std::array<const TextFile*, 2>;
using Pairs = std::map<Voltage, Pair, std::greater<>>;

std::string last_part(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

Voltage voltage_of_name(const std::string& file, std::string_view text) {
  try {
    return Voltage::parse_finite(text);
  } catch (const InputError& error) {
    throw InputError("in the name " + error.text()).within(file);
  }
}

void add_file(Pairs& pairs, const TextFile& file) {
  const std::string name = last_part(file.name);
  const std::string_view rest = std::string_view(name).substr(kPrefix.size());
  const bool polarity = rest.starts_with("0_v_") || rest.starts_with("1_v_");
  if (!polarity || !rest.ends_with(kSuffix)) {
    throw InputError("the name is not fmap_sa0_v_<V>.txt or fmap_sa1_v_<V>.txt").within(file.name);
  }
  const Voltage voltage =
      voltage_of_name(file.name, rest.substr(4, rest.size() - 4 - kSuffix.size()));
  const TextFile*& place = pairs[voltage][rest.front() == '0' ? 0 : 1];
  if (place != nullptr) {
    throw InputError(last_part(place->name) + " has the same voltage").within(file.name);
  }
  place = &file;
}

Pairs pairs_of(const std::vector<TextFile>& files) {
  Pairs pairs;
  for (const TextFile& file : files) {
    if (last_part(file.name).starts_with(kPrefix)) add_file(pairs, file);
  }
  for (const auto& [voltage, pair] : pairs) {
    for (std::size_t i = 0; i < pair.size(); ++i) {
      if (pair[i] != nullptr) continue;
      throw InputError(file_name(kKinds[i], voltage) + " of the same voltage is missing")
          .within(pair[1 - i]->name);
    }
  }
  return pairs;
}

// Gathers the matrices of one chip, by falling voltage.
class DenseReader {
 public:
  void add(Voltage voltage, const Pair& pair) {
    std::array<Matrix, 2> matrices;
    for (std::size_t i = 0; i < pair.size(); ++i) {
      matrices[i] = MatrixReader(pair[i]->name).read(pair[i]->text);
      check_size(matrices[i]);
    }
    voltages_.push_back(voltage);
    failing_.push_back(0);
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) add_cell(cell, matrices);
  }

  MeasuredFaultMap finish(const std::string& unit, const std::string& source) const {
    const auto size = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
    std::vector<Fault> faults;
    std::uint64_t violations = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i].step == 0) continue;
      faults.push_back({{0, size(i / first_.columns), size(i % first_.columns)},
                        voltages_[cells_[i].step - 1],
                        cells_[i].kind});
      violations += cells_[i].passes_below;
    }
    return {SparseFaultMap({.geometry = {1, size(first_.rows), size(first_.columns)},
                            .unit = unit,
                            .lowest_measured = voltages_.back(),
                            .source = source},
                           std::move(faults)),
            voltages_, failing_, violations};
  }

 private:
  struct Cell {
    std::uint32_t step = 0;  // 1 + the place in voltages_ of its vfail; 0 while it is good
    FaultKind kind = FaultKind::kFlip;
    bool passes_below = false;
  };

  void check_size(const Matrix& matrix) {
    if (first_.file.empty()) {
      first_ = {matrix.file, matrix.rows, matrix.columns, {}};
      cells_.resize(matrix.rows * matrix.columns);
    }
    if (matrix.rows == first_.rows && matrix.columns == first_.columns) return;
    const auto text = [](const Matrix& m) {
      return std::to_string(m.rows) + " rows x " + std::to_string(m.columns) + " columns";
    };
    throw InputError(text(matrix) + "; " + first_.file + " has " + text(first_))
        .within(matrix.file + ":" + std::to_string(matrix.rows));
  }

  void add_cell(std::size_t i, const std::array<Matrix, 2>& matrices) {
    Cell& cell = cells_[i];
    if (matrices[0].cells[i] + matrices[1].cells[i] == 0) {
      cell.passes_below = cell.step != 0;
      return;
    }
    ++failing_.back();
    const std::size_t kind = matrices[0].cells[i] != 0 ? 0 : 1;
    const auto fail = [&](std::size_t which, const std::string& message) {
      fail_cell(matrices[which].file, i / first_.columns, i % first_.columns, message);
    };
    if (matrices[1 - kind].cells[i] != 0) {
      fail(1, "the cell is stuck at 0 too, in " + matrices[0].file);
    }
    if (cell.step == 0) {
      cell.step = static_cast<std::uint32_t>(voltages_.size());
      cell.kind = kKinds[kind];
    } else if (cell.kind != kKinds[kind]) {
      fail(kind, "the cell is " + to_string(kKinds[kind]) + " here, but " + to_string(cell.kind) +
                     " at " + voltages_[cell.step - 1].text());
    }
  }

  Matrix first_;  // without its cells
  std::vector<Voltage> voltages_;
  std::vector<std::uint64_t> failing_;  // cells, at each of them
  std::vector<Cell> cells_;
};

std::string matrix_text(const CellMasks& masks, FaultKind kind) {
  const SramGeometry& geometry = masks.geometry();
  std::string text;
  text.reserve(geometry.cells() * 2);
  for (std::uint32_t row = 0; row < geometry.rows; ++row) {
    const auto plane = masks.row(kind, {.bank = 0, .row = row});
    for (std::uint32_t column = 0; column < geometry.columns; ++column) {
      text += (plane[column / 64] >> (column % 64) & 1) != 0 ? '1' : '0';
      text += column + 1 < geometry.columns ? ',' : '\n';
    }
  }
  return text;
}

}  // namespace

MeasuredFaultMap parse_dense_fault_map(const std::vector<TextFile>& files, const std::string& unit,
                                       const std::string& source) {
  DenseReader reader;
  const Pairs pairs = pairs_of(files);
  if (pairs.empty()) throw InputError("no files fmap_sa0_v_<V>.txt and fmap_sa1_v_<V>.txt");
  for (const auto& [voltage, pair] : pairs) reader.add(voltage, pair);
  return reader.finish(unit, source);
}

bool is_dense_fault_map(const std::filesystem::path& directory) {
  std::error_code none;  // an iterator that cannot begin is an empty one
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    if (entry.path().filename().string().starts_with(kPrefix)) return true;
  }
  return false;
}

std::vector<std::filesystem::path> dense_fault_map_paths(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    throw InputError("no such directory").within(directory.string());
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().starts_with(kPrefix)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());  // messages must not depend on the file system
  if (paths.empty()) {
    throw InputError("no files fmap_sa0_v_<V>.txt and fmap_sa1_v_<V>.txt")
        .within(directory.string());
  }
  return paths;
}

MeasuredFaultMap read_dense_fault_map(const std::filesystem::path& directory,
                                      const std::string& unit, const std::string& source) {
  std::vector<TextFile> files;
  for (const auto& path : dense_fault_map_paths(directory)) {
    files.push_back({path.string(), read_file_bytes(path)});
  }
  return parse_dense_fault_map(files, unit, source);
}

std::vector<TextFile> dense_fault_map_files(const SparseFaultMap& map,
                                            const std::vector<Voltage>& voltages) {
  if (map.geometry().banks != 1) {
    throw InputError("the map has " + to_string(map.geometry()) +
                     "; dense text pairs hold one bank");
  }
  for (const Fault& fault : map.faults()) {
    if (fault.kind != FaultKind::kFlip && fault.p == 1) continue;
    throw InputError("the cell at " + to_string(fault.cell) + " is " +
                     (fault.p == 1 ? "a flip" : "intermittent") +
                     "; dense text pairs hold stuck_at_0 and stuck_at_1 only");
  }
  if (map.header().sigma_read != 0) {
    throw InputError("sigma_read", "dense text pairs hold no read noise");
  }
  std::vector<TextFile> files;
  for (const Voltage voltage : voltages) {
    if (voltage.is_infinite()) throw InputError("inf is not a voltage");
    const CellMasks masks = map.faults_at(voltage).certain;  // there is nothing else
    for (const FaultKind kind : kKinds) {
      files.push_back({file_name(kind, voltage), matrix_text(masks, kind)});
    }
  }
  return files;
}

}  // namespace brownout::memory

// An array's elements as voltages of cells.
#include "memory/files/npy_fault_map.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/files/file_bytes.hpp"
#include "memory/files/npy_array.hpp"

namespace brownout::memory {
namespace {

// No SRAM runs above it: more means that the numbers count something else.
constexpr double kHighest = 100;
constexpr std::int64_t kMicroPerThousandth = 1000;
constexpr double kMicroPerUnit = 1e6;

// The number at the front of little endian bytes, on any host.
template <typename Number>
Number little_endian(const char* bytes) {
  using Bits =
      std::conditional_t<sizeof(Number) == 2, std::uint16_t,
                         std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>>;
  static_assert(sizeof(Bits) == sizeof(Number));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bits |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return std::bit_cast<Number>(static_cast<Bits>(bits));
}

// An IEEE half-precision number by its bits: 5 of exponent, 10 of fraction.
struct Half {
  std::uint16_t bits = 0;
};

double value_of(Half half) {
  const int exponent = half.bits >> 10 & 31, fraction = half.bits & 1023;
  const double sign = (half.bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

// The shortest decimal that lies nearer to this number than to its neighbours.
double shortest_decimal(Half half) {
  const double value = value_of(half);
  if (!std::isfinite(value)) return value;
  const int exponent = std::max(half.bits >> 10 & 31, 1);
  const double above = std::ldexp(1, exponent - 26);  // half of the step to the next number
  const double below = (half.bits & 1023) == 0 ? above / 2 : above;  // of a power of 2
  double scale = 1;
  for (int decimals = 0; decimals < 6; ++decimals, scale *= 10) {
    const double rounded = std::round(value * scale) / scale;
    if (rounded - value < above && value - rounded < below) return rounded;
  }
  return value;
}

double as_double(double number) { return number; }
double as_double(Half number) { return shortest_decimal(number); }

// The vfail of an element; 0 for a cell that never fails. Nothing when it is no voltage.
template <typename Number>
std::optional<Voltage> vfail_of(Number number) {
  if constexpr (std::is_integral_v<Number>) {
    if (number == std::numeric_limits<Number>::max()) return Voltage::infinite();
    if (number < 0 || static_cast<double>(number) > kHighest * 1000) return {};
    return Voltage::from_micro(std::int64_t{number} * kMicroPerThousandth);
  } else {
    const double value = as_double(number);
    if (std::isnan(value)) return Voltage();
    if (value == std::numeric_limits<double>::infinity()) return Voltage::infinite();
    if (!(value >= 0 && value <= kHighest)) return {};
    return Voltage::from_micro(std::llround(value * kMicroPerUnit));
  }
}

template <typename Number>
std::string allowed() {
  if constexpr (std::is_integral_v<Number>) {
    return "thousandths of the unit in 0..100000, or " +
           std::to_string(std::numeric_limits<Number>::max()) + " for a defect";
  } else {
    return "0..100 in the unit, NaN for a good cell or +inf for a defect";
  }
}

CellAddress cell_at(const SramGeometry& geometry, std::uint64_t index) {
  const std::uint64_t row = index / geometry.columns;
  return {static_cast<std::uint32_t>(row / geometry.rows),
          static_cast<std::uint32_t>(row % geometry.rows),
          static_cast<std::uint32_t>(index % geometry.columns)};
}

template <typename Number>
std::vector<Fault> faults_of(std::string_view elements, const SramGeometry& geometry,
                             FaultKind kind, const std::string& name) {
  std::vector<Fault> faults;
  for (std::uint64_t i = 0; i < geometry.cells(); ++i) {
    const auto number = little_endian<Number>(elements.data() + i * sizeof(Number));
    const std::optional<Voltage> vfail = vfail_of(number);
    if (!vfail) {
      throw InputError(to_string(cell_at(geometry, i)) + ": " + format_double(as_double(number)) +
                       " is not " + allowed<Number>())
          .within(name);
    }
    if (*vfail > Voltage()) faults.push_back({cell_at(geometry, i), *vfail, kind});
  }
  return faults;
}

SramGeometry geometry_of(const NpyArray& array, const std::string& name) {
  std::string text;
  bool fits = array.shape.size() == 2 || array.shape.size() == 3;
  for (const std::uint64_t size : array.shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(size);
    fits = fits && size > 0 && size <= std::numeric_limits<std::uint32_t>::max();
  }
  if (!fits) {
    throw InputError("shape (" + text + "); (rows, columns) or (banks, rows, columns) is wanted")
        .within(name);
  }
  const auto size = [&](std::size_t from_last) {
    return static_cast<std::uint32_t>(array.shape[array.shape.size() - from_last]);
  };
  return {array.shape.size() == 3 ? size(3) : 1, size(2), size(1)};
}

bool is_bitmap(const NpyArray& array) { return array.type == "|b1" || array.type == "|u1"; }

}  // namespace

SparseFaultMap parse_npy_fault_map(std::string_view bytes, const std::string& name,
                                   const NpyFaultMapOptions& options) {
  using Reader =
      std::vector<Fault> (*)(std::string_view, const SramGeometry&, FaultKind, const std::string&);
  constexpr std::array<std::pair<std::string_view, Reader>, 5> kReaders = {
      {{"<u2", faults_of<std::uint16_t>},
       {"<i4", faults_of<std::int32_t>},
       {"<f2", faults_of<Half>},
       {"<f4", faults_of<float>},
       {"<f8", faults_of<double>}}};
  const NpyArray array = parse_npy(bytes, name);
  const SramGeometry geometry = geometry_of(array, name);
  for (const auto& [type, read] : kReaders) {
    if (array.type != type) continue;
    return {{.geometry = geometry,
             .unit = options.unit,
             .lowest_measured = options.lowest_measured,
             .source = options.source},
            read(array.elements, geometry, options.kind, name)};
  }
  if (is_bitmap(array)) {
    throw InputError("a bitmap of one voltage: name it with its voltage, 0.85=" + name +
                     ", or the files of all voltages as 'map_{V}.npy'")
        .within(name);
  }
  throw InputError("elements of type " + in_quotes(array.type) +
                   "; uint16, int32, float16, float32 or float64 are allowed, bool or "
                   "uint8 for a bitmap of a voltage")
      .within(name);
}

MeasuredFaultMap parse_npy_bitmaps(const std::vector<VoltageText>& files,
                                   const NpyFaultMapOptions& options) {
  std::optional<SramGeometry> geometry;
  std::vector<Voltage> voltages;
  std::vector<FailingRead> reads;
  for (const VoltageText& file : files) {
    const NpyArray array = parse_npy(file.text, file.name);
    if (!is_bitmap(array)) {
      throw InputError("elements of type " + in_quotes(array.type) +
                       "; bool or uint8 are allowed in the bitmap of a voltage")
          .within(file.name);
    }
    const SramGeometry size = geometry_of(array, file.name);
    if (geometry.value_or(size) != size) {
      throw InputError(to_string(size) + "; " + files.front().name + " has " + to_string(*geometry))
          .within(file.name);
    }
    geometry = size;
    const auto step = static_cast<std::uint32_t>(voltages.size());
    for (std::uint64_t i = 0; i < array.elements.size(); ++i) {
      const auto mark = static_cast<unsigned char>(array.elements[i]);
      if (mark > 1) {
        throw InputError(to_string(cell_at(size, i)) + ": " + std::to_string(mark) +
                         " is not 0 or 1")
            .within(file.name);
      }
      if (mark == 1) reads.push_back({cell_at(size, i), step, options.kind});
    }
    voltages.push_back(file.voltage);
  }
  return summarise({.geometry = geometry.value(),
                    .unit = options.unit,
                    .lowest_measured = {},
                    .source = options.source},
                   std::move(voltages), std::move(reads));
}

SparseFaultMap read_npy_fault_map(const std::filesystem::path& path,
                                  const NpyFaultMapOptions& options) {
  return parse_npy_fault_map(read_file_bytes(path), path.string(), options);
}

std::string npy_fault_map_bytes(const SparseFaultMap& map) {
  constexpr std::uint64_t kMostElements = std::uint64_t{1} << 27;
  const SramGeometry& geometry = map.geometry();
  if (geometry.cells() > kMostElements) {
    throw InputError(to_string(geometry) + " are too many for an array");
  }
  std::vector<double> elements(geometry.cells(), std::numeric_limits<double>::quiet_NaN());
  if (map.header().sigma_read != 0) {
    throw InputError("sigma_read", "an array holds no read noise");
  }
  for (const Fault& fault : map.faults()) {
    if (fault.p != 1) {
      throw InputError("the cell at " + to_string(fault.cell) +
                       " is intermittent; an array does not tell that");
    }
    if (fault.kind != map.faults().front().kind) {
      throw InputError("the cell at " + to_string(fault.cell) + " is a " + to_string(fault.kind) +
                       ", another one a " + to_string(map.faults().front().kind) +
                       "; an array does not tell them apart");
    }
    if (!vfail_of(fault.vfail.value()).has_value() || fault.vfail <= Voltage()) {
      throw InputError("the cell at " + to_string(fault.cell) + " has a vfail of " +
                       fault.vfail.text() + "; an array holds " + allowed<double>());
    }
    const CellAddress& cell = fault.cell;
    elements[(std::uint64_t{cell.bank} * geometry.rows + cell.row) * geometry.columns +
             cell.column] = fault.vfail.value();
  }
  return npy_bytes(elements, {geometry.banks, geometry.rows, geometry.columns});
}

}  // namespace brownout::memory

// Interpolation of a measured profile. Nothing here goes through libm, and ber() never rises with
// the voltage, which is what makes faults nest.
#include "memory/voltage_profile.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/numbers/reproducible_math.hpp"

namespace brownout::memory {
namespace {

using Column = std::optional<double> ProfileRow::*;

// Far above any supply; a multiple of it is still a voltage.
constexpr Voltage kHighestReference = Voltage::from_micro(1'000'000'000'000);

[[noreturn]] void refuse(const std::string& text) { throw InputError(text); }
[[noreturn]] void refuse_rows(const std::string& text) { throw InputError("rows", text); }

bool is_positive(Voltage voltage) { return voltage > Voltage() && !voltage.is_infinite(); }

void require_voltage(const char* field, Voltage voltage) {
  if (!is_positive(voltage)) throw InputError(field, voltage.text() + " is not a positive voltage");
}

// "ber 0.5 at 0.75", the start of a message on one number.
std::string number_at(const char* column, double value, const ProfileRow& row) {
  return std::string(column) + " " + format_double(value) + " at " + row.voltage.text();
}

// An ideal memory: it has no errors, and its rows only tell how far down it is described.
bool is_ideal(const std::vector<ProfileRow>& rows) {
  return !rows.empty() &&
         std::all_of(rows.begin(), rows.end(), [](const ProfileRow& row) { return row.ber == 0; });
}

void check_rates(const std::vector<ProfileRow>& rows) {
  if (is_ideal(rows)) return;
  if (rows.size() < 2) refuse_rows("a profile needs at least two, to interpolate between");
  for (const ProfileRow& row : rows) {
    if (!(row.ber >= 1e-300 && row.ber < 1)) {
      refuse_rows(number_at("ber", row.ber, row) + " is not above 0 and below 1");
    }
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].ber <= rows[i - 1].ber) {
      refuse_rows(number_at("ber", rows[i].ber, rows[i]) + " is not above " +
                  format_double(rows[i - 1].ber) + " at " + rows[i - 1].voltage.text() +
                  ": it must rise as the voltage falls");
    }
  }
}

// Rows by falling voltage.
void check_rows(const std::vector<ProfileRow>& rows, Voltage error_free_voltage) {
  if (rows.empty()) refuse_rows("a profile needs at least two, to interpolate between");
  for (const ProfileRow& row : rows) {
    if (is_positive(row.voltage)) continue;
    refuse_rows("voltage: " + row.voltage.text() + " is not a positive voltage");
  }
  if (rows.front().voltage >= error_free_voltage) {
    refuse_rows("voltage " + rows.front().voltage.text() + " is not below the error-free voltage " +
                error_free_voltage.text());
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].voltage == rows[i - 1].voltage) {
      refuse_rows("voltage " + rows[i].voltage.text() + " appears twice");
    }
  }
  check_rates(rows);
}

// A column is given for all rows or for none.
void check_column(const VoltageProfileData& data, const char* name, Column column) {
  const auto given = std::count_if(data.rows.begin(), data.rows.end(), [&](const ProfileRow& row) {
    return (row.*column).has_value();
  });
  if (given == 0) return;
  for (const ProfileRow& row : data.rows) {
    const std::optional<double>& value = row.*column;
    if (!value)
      refuse_rows(std::string("no ") + name + " at " + row.voltage.text() +
                  ", though other rows have one");
    if (!(*value > 0 && *value <= 1e300)) {
      refuse_rows(number_at(name, *value, row) + " is not a positive number");
    }
    if (row.voltage == data.reference_voltage && *value != 1) {
      refuse_rows(number_at(name, *value, row) + " must be 1: that is the reference voltage");
    }
  }
}

double square(double x) { return x * x; }
double proportional(double x) { return x; }

double ratio(Voltage voltage, Voltage reference) {
  return static_cast<double>(voltage.micro()) / static_cast<double>(reference.micro());
}

// The column's points by falling voltage, the reference voltage with its 1 among them.
std::vector<std::pair<Voltage, double>> column_points(const VoltageProfileData& data,
                                                      Column column) {
  std::vector<std::pair<Voltage, double>> points;
  for (const ProfileRow& row : data.rows) {
    if (row.*column) points.emplace_back(row.voltage, *(row.*column));
  }
  points.emplace_back(data.reference_voltage, 1.0);
  std::sort(points.begin(), points.end(), std::greater<>());
  return points;
}

// Linear between the column's points. `law` of the voltage ratio leads on from the highest point,
// which without a column is the reference voltage, the only one.
double factor(const VoltageProfileData& data, Column column, double (*law)(double),
              Voltage voltage) {
  const auto points = column_points(data, column);
  const auto below = std::find_if(points.begin(), points.end(),
                                  [&](const auto& point) { return point.first <= voltage; });
  const bool no_column = points.size() == 1;
  if (below == points.begin() || no_column) {
    return points.front().second * law(ratio(voltage, points.front().first));
  }
  if (below->first == voltage) return below->second;
  const auto above = std::prev(below);
  const double share = static_cast<double>(voltage.micro() - below->first.micro()) /
                       static_cast<double>(above->first.micro() - below->first.micro());
  return below->second + share * (above->second - below->second);
}

}  // namespace

std::string to_string(VoltageUnit unit) { return unit == VoltageUnit::kVolts ? "V" : "Vmin"; }

VoltageProfile::VoltageProfile(VoltageProfileData data) : data_(std::move(data)) {
  require_voltage("error_free_voltage", data_.error_free_voltage);
  require_voltage("reference_voltage", data_.reference_voltage);
  if (data_.nominal_voltage) require_voltage("nominal_voltage", *data_.nominal_voltage);
  if (data_.vmin_volts && !(*data_.vmin_volts > 0 && *data_.vmin_volts < 1e6)) {
    throw InputError("vmin_volts", format_double(*data_.vmin_volts) + " is not a positive voltage");
  }
  std::sort(data_.rows.begin(), data_.rows.end(),
            [](const ProfileRow& a, const ProfileRow& b) { return a.voltage > b.voltage; });
  if (data_.reference_voltage > kHighestReference) {
    throw InputError("reference_voltage",
                     data_.reference_voltage.text() + " is above " + kHighestReference.text());
  }
  if (data_.error_free_voltage > highest()) {
    throw InputError("error_free_voltage",
                     data_.error_free_voltage.text() + " is above " + highest().text() + ", " +
                         std::to_string(kMostOverReference) + " x the reference voltage");
  }
  check_rows(data_.rows, data_.error_free_voltage);
  check_column(data_, "access_energy", &ProfileRow::access_energy);
  check_column(data_, "leakage", &ProfileRow::leakage);
  prepare_interpolation();
}

void VoltageProfile::prepare_interpolation() {
  const std::vector<ProfileRow>& rows = data_.rows;
  if (is_ideal(rows)) return;
  for (const ProfileRow& row : rows) log_ber_.push_back(reproducible_log(row.ber));
  slope_.push_back(0);  // of the segment above the highest row, set below
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::int64_t steps = rows[i - 1].voltage.micro() - rows[i].voltage.micro();
    const double slope = (log_ber_[i - 1] - log_ber_[i]) / static_cast<double>(steps);
    slope_.push_back(std::min(slope, 0.0));  // logs of nearly equal BERs may come out swapped
  }
  slope_[0] = slope_[1];
}

Voltage VoltageProfile::lowest() const { return data_.rows.back().voltage; }

Voltage VoltageProfile::highest() const {
  return Voltage::from_micro(kMostOverReference * data_.reference_voltage.micro());
}

void VoltageProfile::require_covered(Voltage voltage) const {
  if (voltage > highest()) {
    refuse("voltage " + voltage.text() + " is above " + highest().text() + " " +
           to_string(data_.unit) + ", " + std::to_string(kMostOverReference) +
           " x the reference voltage of the profile " + data_.name);
  }
  if (voltage >= lowest()) return;
  refuse("voltage " + voltage.text() + " is below the range of the profile " + data_.name + ", " +
         lowest().text() + " to " + data_.error_free_voltage.text() + " " + to_string(data_.unit));
}

// Why it never rises with the voltage: inside a segment the exponent falls with every step (a
// product with a slope <= 0 and a sum, both rounded monotonically) and reproducible_exp never
// falls; the clamp to the segment's ends joins the segments.
double VoltageProfile::ber(Voltage voltage) const {
  if (voltage >= data_.error_free_voltage) return 0;
  require_covered(voltage);
  if (is_ideal(data_.rows)) return 0;
  const auto row = std::lower_bound(data_.rows.begin(), data_.rows.end(), voltage,
                                    [](const ProfileRow& r, Voltage v) { return r.voltage > v; });
  if (row->voltage == voltage) return row->ber;
  const auto i = static_cast<std::size_t>(row - data_.rows.begin());
  const auto steps = static_cast<double>(voltage.micro() - row->voltage.micro());
  const double least = i == 0 ? 0.0 : data_.rows[i - 1].ber;
  return std::clamp(reproducible_exp(log_ber_[i] + steps * slope_[i]), least, row->ber);
}

double VoltageProfile::least_ber() const {
  return ber(Voltage::from_micro(data_.error_free_voltage.micro() - 1));
}

Voltage VoltageProfile::voltage_for_ber(double ber_wanted) const {
  if (!(ber_wanted >= 0 && ber_wanted <= 1)) {
    refuse("a bit error rate of " + format_double(ber_wanted) + " is not in 0..1");
  }
  if (ber_wanted == 0) return data_.error_free_voltage;
  const double highest_ber = data_.rows.back().ber;
  if (ber_wanted > highest_ber) {
    refuse("the profile " + data_.name + " never reaches a bit error rate of " +
           format_double(ber_wanted) + ": at its lowest voltage, " + lowest().text() + " " +
           to_string(data_.unit) + ", it is " + format_double(highest_ber));
  }
  return highest_voltage([&](double ber_there) { return ber_there >= ber_wanted; });
}

double VoltageProfile::access_energy_factor(Voltage voltage) const {
  require_covered(voltage);
  return factor(data_, &ProfileRow::access_energy, square, voltage);
}

double VoltageProfile::leakage_factor(Voltage voltage) const {
  require_covered(voltage);
  return factor(data_, &ProfileRow::leakage, proportional, voltage);
}

}  // namespace brownout::memory

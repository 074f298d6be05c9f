// The journal of many points: an SQLite file with one row per finished point, each in a transaction
// of its own, so that a kill loses nothing that was finished.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "memory/voltage.hpp"

namespace brownout::experiment {

/// The rows of a point in the CSV files.
struct PointRows {
  std::string point;   ///< of points.csv, without line end
  std::string layers;  ///< of layers.csv, with line ends
};

class Journal {
 public:
  /// Somebody who looks at the file holds us up; he does not end the sweep.
  static constexpr std::chrono::minutes kPatience{1};

  /// Opens or creates. This and the others throw with the name of the file: WorldError when it is
  /// locked for longer than `patience`, or the disk fails; InputError when it is no journal.
  explicit Journal(const std::filesystem::path& path,
                   std::chrono::milliseconds patience = kPatience);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  struct Key {
    memory::Voltage voltage;
    std::uint64_t chip = 0;
    std::string part = {};  ///< of the faults that act (Point::part)

    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, PointRows> read() const;
  /// A further point; std::logic_error where the journal holds it.
  void add(const Key& key, const PointRows& rows);

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace brownout::experiment

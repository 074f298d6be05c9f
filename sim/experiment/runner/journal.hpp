// The journal of many points: an SQLite file with one row per finished point, each in a transaction
// of its own, so that a kill loses nothing that was finished.
#pragma once

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
  /// Opens or creates. Throws std::runtime_error naming the file.
  explicit Journal(const std::filesystem::path& path);
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
  void add(const Key& key, const PointRows& rows);

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace brownout::experiment

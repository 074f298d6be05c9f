#include "sim/experiment/runner/journal.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace brownout::experiment {

struct Journal::Database {
  sqlite3* handle = nullptr;
  std::string path;

  ~Database() { sqlite3_close(handle); }

  void check(int status) const {
    if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
    throw std::runtime_error(path + ": " + sqlite3_errmsg(handle));
  }
  void execute(const char* sql) const {
    check(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr));
  }
};

namespace {

/// A prepared statement.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql)
      : status_(sqlite3_prepare_v2(database, sql, -1, &handle_, nullptr)) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  sqlite3_stmt* get() const { return handle_; }
  /// The status of the preparation if that failed.
  int step() const { return status_ == SQLITE_OK ? sqlite3_step(handle_) : status_; }
  void bind(int index, std::int64_t value) const { sqlite3_bind_int64(handle_, index, value); }
  void bind(int index, const std::string& text) const {
    sqlite3_bind_text(handle_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  std::string text(int column) const {
    const unsigned char* text = sqlite3_column_text(handle_, column);
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
  }

 private:
  sqlite3_stmt* handle_ = nullptr;
  int status_;
};

}  // namespace

Journal::Journal(const std::filesystem::path& path) : database_(std::make_unique<Database>()) {
  database_->path = path.string();
  if (sqlite3_open(path.c_str(), &database_->handle) != SQLITE_OK) {
    throw std::runtime_error(path.string() + ": cannot open: " + sqlite3_errmsg(database_->handle));
  }
  // Somebody who looks at the file holds us up; he does not end the sweep.
  constexpr int kWaitMilliseconds = 60'000;
  sqlite3_busy_timeout(database_->handle, kWaitMilliseconds);
  database_->execute(
      "CREATE TABLE IF NOT EXISTS points (voltage_micro INTEGER NOT NULL, chip INTEGER NOT NULL, "
      "part TEXT NOT NULL, point_row TEXT NOT NULL, layer_rows TEXT NOT NULL, PRIMARY KEY "
      "(voltage_micro, chip, part))");
}

Journal::~Journal() = default;

std::map<Journal::Key, PointRows> Journal::read() const {
  std::map<Key, PointRows> rows;
  const Statement select(database_->handle,
                         "SELECT voltage_micro, chip, part, point_row, layer_rows FROM points");
  int status = select.step();
  for (; status == SQLITE_ROW; status = select.step()) {
    const Key key{memory::Voltage::from_micro(select.integer(0)),
                  static_cast<std::uint64_t>(select.integer(1)), select.text(2)};
    if (rows.contains(key)) throw std::runtime_error(database_->path + ": holds a point twice");
    rows[key] = {select.text(3), select.text(4)};
  }
  database_->check(status);
  return rows;
}

void Journal::add(const Key& key, const PointRows& rows) {
  const Statement insert(database_->handle, "INSERT INTO points VALUES (?, ?, ?, ?, ?)");
  insert.bind(1, key.voltage.micro());
  insert.bind(2, static_cast<std::int64_t>(key.chip));
  insert.bind(3, key.part);
  insert.bind(4, rows.point);
  insert.bind(5, rows.layers);
  database_->check(insert.step());
}

}  // namespace brownout::experiment

#include "sim/experiment/runner/journal.hpp"

#include <sqlite3.h>

#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"

namespace brownout::experiment {

struct Journal::Database {
  sqlite3* handle = nullptr;
  std::string path;

  ~Database() { sqlite3_close(handle); }

  void check(int status) const {
    if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
    const std::string text = path + ": " + sqlite3_errmsg(handle);
    switch (status & 0xff) {  // above that: details
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        throw WorldError(text + "; another program holds it, end that one");
      case SQLITE_FULL:
        throw WorldError(text + "; free some space, or write elsewhere");
      case SQLITE_NOMEM:
        throw WorldError(text + "; end other processes, or take fewer --jobs");
      case SQLITE_CONSTRAINT:
        throw std::logic_error(text);
      case SQLITE_NOTADB:  // no journal,
      case SQLITE_CORRUPT:
      case SQLITE_ERROR:  // or one with other columns
        throw InputError(text + "; choose another --out");
      default:
        throw WorldError(text + "; see to the disk and its permissions, or write elsewhere");
    }
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

Journal::Journal(const std::filesystem::path& path, std::chrono::milliseconds patience)
    : database_(std::make_unique<Database>()) {
  database_->path = path.string();
  database_->check(sqlite3_open(path.c_str(), &database_->handle));
  sqlite3_busy_timeout(database_->handle, static_cast<int>(patience.count()));
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
    if (rows.contains(key)) throw InputError("holds a point twice").within(database_->path);
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

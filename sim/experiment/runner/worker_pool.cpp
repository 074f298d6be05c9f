#include "sim/experiment/runner/worker_pool.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>

namespace brownout::experiment {
namespace {

/// What a worker sends for a task: status, length, text.
struct Header {
  std::uint64_t failed = 0;
  std::uint64_t length = 0;
};

bool write_all(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

/// False at the end of the stream.
bool read_all(int fd, void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// The worker's life: tasks arrive until the parent closes the pipe (or dies).
void serve(int tasks, int results, const PoolHooks& hooks) {
  std::function<std::string(std::size_t)> work;
  std::uint64_t task = 0;
  while (read_all(tasks, &task, sizeof task)) {
    Header header;
    std::string text;
    try {
      if (!work) work = hooks.make_worker();
      text = work(static_cast<std::size_t>(task));
    } catch (const std::exception& error) {
      header.failed = 1;
      text = error.what();
    }
    header.length = text.size();
    if (!write_all(results, &header, sizeof header) ||
        !write_all(results, text.data(), text.size()) || header.failed != 0) {
      return;  // after a failure the process's state is not to be trusted
    }
  }
}

class Worker {
 public:
  Worker(const PoolHooks& hooks, const std::vector<std::unique_ptr<Worker>>& others) {
    int to_worker[2];
    int from_worker[2];
    if (::pipe(to_worker) != 0) throw std::runtime_error("cannot make a pipe");
    if (::pipe(from_worker) != 0) throw std::runtime_error("cannot make a pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error(std::string("cannot fork: ") + std::strerror(errno));
    if (pid_ == 0) {
      // A copy of another worker's pipe would keep it from seeing its end.
      for (const std::unique_ptr<Worker>& other : others) {
        if (other) other->close_pipes();
      }
      ::close(to_worker[1]);
      ::close(from_worker[0]);
      serve(to_worker[0], from_worker[1], hooks);
      ::_exit(0);  // the parent's objects are not ours to destroy
    }
    ::close(to_worker[0]);
    ::close(from_worker[1]);
    tasks_ = to_worker[1];
    results_ = from_worker[0];
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    close_pipes();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  int results() const { return results_; }
  std::optional<std::size_t> task() const { return task_; }

  void give(std::size_t task) {
    task_ = task;
    const std::uint64_t number = task;
    write_all(tasks_, &number, sizeof number);  // a worker that died shows when its result is read
  }

  struct Answer {
    bool failed = false;
    std::string text;
  };
  Answer take() {
    Header header;
    Answer answer;
    if (!read_all(results_, &header, sizeof header)) return {true, how_it_died()};
    answer.text.resize(header.length);
    if (!read_all(results_, answer.text.data(), answer.text.size())) return {true, how_it_died()};
    answer.failed = header.failed != 0;
    task_.reset();
    return answer;
  }

 private:
  void close_pipes() const {
    ::close(tasks_);
    ::close(results_);
  }
  std::string how_it_died() const {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) == 0 &&
        info.si_code != CLD_EXITED) {
      return "its process was killed by signal " + std::to_string(info.si_status);
    }
    return "its process ended without a result";
  }

  pid_t pid_ = -1;
  int tasks_ = -1, results_ = -1;
  std::optional<std::size_t> task_;
};

/// Writing to a worker that died must fail, not end this process.
class IgnorePipeSignal {
 public:
  IgnorePipeSignal() : before_(::signal(SIGPIPE, SIG_IGN)) {}
  IgnorePipeSignal(const IgnorePipeSignal&) = delete;
  IgnorePipeSignal& operator=(const IgnorePipeSignal&) = delete;
  ~IgnorePipeSignal() { ::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int);
};

}  // namespace

std::vector<TaskFailure> run_in_workers(const std::vector<std::size_t>& tasks, int jobs,
                                        const PoolHooks& hooks) {
  const IgnorePipeSignal guard;
  std::vector<TaskFailure> failures;
  std::vector<std::unique_ptr<Worker>> workers(
      std::min(tasks.size(), static_cast<std::size_t>(std::max(1, jobs))));
  std::size_t next = 0;
  const auto feed = [&](std::unique_ptr<Worker>& worker) {
    if (next == tasks.size()) {
      worker.reset();
      return;
    }
    if (!worker) worker = std::make_unique<Worker>(hooks, workers);
    worker->give(tasks[next++]);
  };
  for (std::unique_ptr<Worker>& worker : workers) feed(worker);

  while (std::any_of(workers.begin(), workers.end(), [](const auto& w) { return w != nullptr; })) {
    std::vector<pollfd> polled;
    polled.reserve(workers.size());
    for (const std::unique_ptr<Worker>& worker : workers) {
      polled.push_back({worker ? worker->results() : -1, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw std::runtime_error(std::string("poll: ") + std::strerror(errno));
    }
    for (std::size_t i = 0; i < workers.size(); ++i) {
      if (!workers[i] || polled[i].revents == 0) continue;
      const std::size_t task = *workers[i]->task();
      const Worker::Answer answer = workers[i]->take();
      if (answer.failed) {
        failures.push_back({task, answer.text});
        workers[i].reset();
      } else {
        hooks.on_result(task, answer.text);
      }
      feed(workers[i]);
    }
  }
  return failures;
}

}  // namespace brownout::experiment

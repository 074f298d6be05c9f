#include "sim/experiment/runner/worker_pool.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

#include "memory/base/world_error.hpp"
#include "sim/experiment/runner/interruption.hpp"

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
  Worker(const PoolHooks& hooks, const InterruptionGuard& guard,
         const std::vector<std::unique_ptr<Worker>>& others) {
    int to_worker[2];
    int from_worker[2];
    if (::pipe(to_worker) != 0) fail_world("no pipe to a worker process", errno);
    if (::pipe(from_worker) != 0) fail_world("no pipe from a worker process", errno);
    pid_ = ::fork();
    if (pid_ < 0) fail_world("no further worker process", errno);
    if (pid_ == 0) {
      guard.leave_to_parent();
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

  /// Ends it amid its task, which nobody waits for any more.
  void end_now() const { ::kill(pid_, SIGKILL); }

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

/// The workers and what is left for them.
class Pool {
 public:
  Pool(const std::vector<std::size_t>& tasks, int jobs, const PoolHooks& hooks)
      : tasks_(tasks), hooks_(hooks), workers_(static_cast<std::size_t>(std::max(1, jobs))) {}

  std::vector<TaskFailure> run() {
    try {
      do {
        run_tasks();
      } while (have_next_tasks());
    } catch (...) {
      for (const std::unique_ptr<Worker>& worker : workers_) {
        if (worker) worker->end_now();
      }
      throw;
    }
    return std::move(failures_);
  }

 private:
  static bool busy(const std::unique_ptr<Worker>& worker) { return worker && worker->task(); }

  void run_tasks() {
    for (std::unique_ptr<Worker>& worker : workers_) feed(worker);
    while (std::any_of(workers_.begin(), workers_.end(), busy)) take_results();
  }

  bool have_next_tasks() {
    if (!hooks_.next_tasks || !failures_.empty()) return false;
    tasks_ = hooks_.next_tasks();
    next_ = 0;
    return !tasks_.empty();
  }

  void feed(std::unique_ptr<Worker>& worker) {
    if (next_ == tasks_.size()) {
      if (!hooks_.next_tasks) worker.reset();  // it is not needed any more
      return;
    }
    if (!worker) worker = std::make_unique<Worker>(hooks_, guard_, workers_);
    worker->give(tasks_[next_++]);
  }

  void take_results() {
    std::vector<pollfd> polled;
    polled.reserve(workers_.size());
    for (const std::unique_ptr<Worker>& worker : workers_) {
      polled.push_back({busy(worker) ? worker->results() : -1, POLLIN, 0});
    }
    const int ready = ::ppoll(polled.data(), polled.size(), nullptr, &guard_.outside());
    const int error = errno;
    guard_.check();
    if (ready < 0 && error != EINTR) fail_world("no wait for the worker processes", error);
    if (ready < 0) return;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (busy(workers_[i]) && polled[i].revents != 0) take_result(workers_[i]);
    }
  }

  void take_result(std::unique_ptr<Worker>& worker) {
    const std::size_t task = *worker->task();
    const Worker::Answer answer = worker->take();
    if (answer.failed) {
      failures_.push_back({task, answer.text});
      worker.reset();
    } else {
      hooks_.on_result(task, answer.text);
    }
    feed(worker);
  }

  std::vector<std::size_t> tasks_;
  const PoolHooks& hooks_;
  InterruptionGuard guard_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::size_t next_ = 0;  // of tasks_
  std::vector<TaskFailure> failures_;
};

}  // namespace

std::vector<TaskFailure> run_in_workers(const std::vector<std::size_t>& tasks, int jobs,
                                        const PoolHooks& hooks) {
  const IgnorePipeSignal ignore;
  return Pool(tasks, jobs, hooks).run();
}

}  // namespace brownout::experiment

// Our own thread for runs, one an environment: it never takes one of libuv's, and is joined when the environment ends.
#ifndef UNROLL_BINDING_WORKER_H_
#define UNROLL_BINDING_WORKER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "native/core/cancel.h"
#include "native/core/pool.h"

namespace unroll {

class Worker {
 public:
  Worker() = default;
  ~Worker() { Stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `job` on the thread, in the order of calls. token: cancelled when the worker is stopped.
  void Post(std::function<void()> job, std::shared_ptr<CancelToken> token) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push_back({std::move(job), std::move(token)});
      if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
    }
    wake_.notify_one();
  }

  // Cancels what runs, drops what waits, joins.
  void Stop() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
      for (auto& job : jobs_) job.token->Cancel();
      if (running_ != nullptr) running_->Cancel();
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  // For the jobs: threads that help the one that runs them.
  Pool* pool() { return &pool_; }

 private:
  struct Job {
    std::function<void()> run;
    std::shared_ptr<CancelToken> token;
  };

  void Loop() {
    for (;;) {
      Job job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
        running_ = job.token;
      }
      // After a stop the rest still runs, cancelled: every run settles or frees what it holds.
      job.run();
      std::lock_guard<std::mutex> lock(mutex_);
      running_ = nullptr;
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::shared_ptr<CancelToken> running_;
  std::thread thread_;
  Pool pool_;
  bool stopped_ = false;
};

}  // namespace unroll

#endif  // UNROLL_BINDING_WORKER_H_

#include "pipeline/run/background.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace terroir {
namespace {

std::chrono::duration<double> duration(double seconds) { return std::chrono::duration<double>(seconds); }

}  // namespace

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double nap_of_idle(double seconds) noexcept { return std::clamp(seconds / 8, 0.0001, 0.004); }

void give_way() noexcept {
  [[maybe_unused]] const int now = ::nice(10);  // a tenth of the share; on Linux of this thread alone
}

void Mailbox::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  posted_.notify_one();
}

bool Mailbox::run_all() {
  bool any = false;
  while (true) {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return any;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    any = true;
  }
}

void Mailbox::wait(double seconds) {
  std::unique_lock lock(mutex_);
  posted_.wait_for(lock, duration(seconds), [this] { return !tasks_.empty(); });
}

BackgroundThread::BackgroundThread() : thread_([this] { work(); }) {}

BackgroundThread::~BackgroundThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    tasks_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundThread::start(Mailbox::Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_all();
}

bool BackgroundThread::idle() const {
  const std::lock_guard lock(mutex_);
  return !running_ && tasks_.empty();
}

bool BackgroundThread::wait_idle(double seconds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, duration(seconds), [this] { return !running_ && tasks_.empty(); });
}

void BackgroundThread::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
    if (ending_) return;
    const Mailbox::Task task = std::move(tasks_.front());
    tasks_.pop_front();
    running_ = true;
    lock.unlock();
    task();
    lock.lock();
    running_ = false;
    changed_.notify_all();
  }
}

}  // namespace terroir

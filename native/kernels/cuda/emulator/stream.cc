// Streams and events. A stream's work waits until somebody asks for it, as late as a real device might do it, so that host code
// which forgets to wait is found. It is then done by who asks.
#include <chrono>

#include "native/kernels/cuda/emulator/state.h"

namespace unroll {
namespace emulator {
namespace {

CUstream_st* Known(cudaStream_t stream) {
  static CUstream_st null_stream;
  return stream == nullptr ? &null_stream : stream;
}

// Only a device that still works does it. The caller holds `running`.
void Do(const Work& work) {
  State& all = state();
  if (all.lost != cudaSuccess) return;
  const cudaError_t error = (*work)();
  if (error != cudaSuccess) all.lost = error;
}

Work Next(CUstream_st* stream) {
  const std::lock_guard lock(stream->mutex);
  if (stream->queue.empty()) return nullptr;
  Work work = std::move(stream->queue.front());
  stream->queue.pop_front();
  return work;
}

void Drain(CUstream_st* stream) {
  const std::lock_guard lock(stream->running);
  while (const Work work = Next(stream)) Do(work);
}

// Somebody looks: a piece of the work gets done, so that looking again and again comes to an end.
cudaError_t Look(CUstream_st* stream) {
  const std::unique_lock lock(stream->running, std::try_to_lock);
  if (!lock.owns_lock()) return cudaErrorNotReady;
  const Work work = Next(stream);
  if (work == nullptr) return state().lost;
  Do(work);
  const cudaError_t lost = state().lost;
  return lost != cudaSuccess ? lost : cudaErrorNotReady;
}

double Milliseconds() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void Count(int64_t Counts::*what, int64_t by) {
  const std::lock_guard lock(state().mutex);
  state().counts.*what += by;
}

}  // namespace

cudaError_t Enqueue(cudaStream_t stream, std::function<cudaError_t()> work) {
  CUstream_st* known = Known(stream);
  {
    const std::lock_guard lock(known->mutex);
    known->queue.push_back(std::make_shared<const std::function<cudaError_t()>>(std::move(work)));
  }
  // The null stream waits for the others, and they for it.
  if (stream == nullptr) return FinishAll();
  return device().lazy ? cudaSuccess : Finish(stream);
}

cudaError_t Finish(cudaStream_t stream) {
  Drain(Known(stream));
  return state().lost;
}

cudaError_t FinishAll() {
  std::map<cudaStream_t, std::shared_ptr<CUstream_st>> streams;
  {
    const std::lock_guard lock(state().mutex);
    streams = state().streams;
  }
  for (const auto& [handle, stream] : streams) Drain(stream.get());
  return Finish(nullptr);
}

}  // namespace emulator
}  // namespace unroll

using unroll::emulator::Call;
using unroll::emulator::Count;
using unroll::emulator::Counts;
using unroll::emulator::state;

cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  return Call([&] {
    const auto made = std::make_shared<CUstream_st>();
    *stream = made.get();
    Count(&Counts::streams, 1);
    const std::lock_guard lock(state().mutex);
    state().streams[*stream] = made;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  std::shared_ptr<CUstream_st> gone;
  {
    const std::lock_guard lock(state().mutex);
    const auto entry = state().streams.find(stream);
    if (entry == state().streams.end()) return unroll::emulator::Note(cudaErrorInvalidResourceHandle);
    gone = std::move(entry->second);
    state().streams.erase(entry);
    --state().counts.streams;
  }
  unroll::emulator::Drain(gone.get());
  return unroll::emulator::Note(unroll::emulator::Usable());
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return Call([&] { return unroll::emulator::Finish(stream); });
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  return Call([&] { return unroll::emulator::Look(unroll::emulator::Known(stream)); });
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return Call([&] {
    *event = new CUevent_st;
    (*event)->timed = (flags & cudaEventDisableTiming) == 0;
    Count(&Counts::events, 1);
    return cudaSuccess;
  });
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (event == nullptr) return unroll::emulator::Note(cudaErrorInvalidResourceHandle);
  delete event;
  Count(&Counts::events, -1);
  return unroll::emulator::Note(unroll::emulator::Usable());
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return Call([&] {
    event->stream = stream;
    ++event->times->records;
    return unroll::emulator::Enqueue(stream, [times = event->times] {
      times->milliseconds = unroll::emulator::Milliseconds();
      ++times->done;
      return cudaSuccess;
    });
  });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  return Call([&] {
    if (event->times->done == event->times->records) return cudaSuccess;
    const cudaError_t error = unroll::emulator::Look(unroll::emulator::Known(event->stream));
    return error == cudaSuccess ? cudaErrorNotReady : error;
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return Call([&] {
    if (event->times->done == event->times->records) return cudaSuccess;
    return unroll::emulator::Finish(event->stream);
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  return Call([&] {
    for (const CUevent_st* event : {from, to}) {
      if (!event->timed || event->times->records == 0) return cudaErrorInvalidResourceHandle;
      if (event->times->done != event->times->records) return cudaErrorNotReady;
    }
    *milliseconds = static_cast<float>(to->times->milliseconds - from->times->milliseconds);
    return cudaSuccess;
  });
}

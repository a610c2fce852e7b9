// Streams, events and graphs. A stream's work waits until somebody asks for it, as late as a real device might do it, so that host code
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

void EnqueueWork(CUstream_st* stream, const Work& work) {
  const std::lock_guard lock(stream->mutex);
  if (stream->capture != nullptr)
    stream->capture->works.push_back(work);
  else
    stream->queue.push_back(work);
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

// What a stream that is captured must not be asked.
bool Refuses(CUstream_st* stream) {
  const std::lock_guard lock(stream->mutex);
  if (stream->capture == nullptr) return false;
  stream->broken = true;
  return true;
}

double Milliseconds() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void Count(int64_t Counts::*what, int64_t by) {
  const std::lock_guard lock(state().mutex);
  state().counts.*what += by;
}

}  // namespace

cudaError_t Enqueue(cudaStream_t stream, std::function<cudaError_t()> work) {
  CUstream_st* known = Known(stream);
  EnqueueWork(known, std::make_shared<const std::function<cudaError_t()>>(std::move(work)));
  // The null stream waits for the others, and they for it.
  if (stream == nullptr) return FinishAll();
  return device().lazy || Capturing(stream) ? cudaSuccess : Finish(stream);
}

bool Capturing(cudaStream_t stream) {
  CUstream_st* known = Known(stream);
  const std::lock_guard lock(known->mutex);
  return known->capture != nullptr;
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

bool BreaksCapture() {
  const std::lock_guard lock(state().mutex);
  bool broken = false;
  for (const auto& [handle, stream] : state().streams) {
    const std::lock_guard of_stream(stream->mutex);
    const bool mine = stream->captured_by == std::this_thread::get_id();
    const bool minds = stream->mode == cudaStreamCaptureModeGlobal || (stream->mode == cudaStreamCaptureModeThreadLocal && mine);
    if (stream->capture == nullptr || !minds) continue;
    stream->broken = broken = true;
  }
  return broken;
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
  return Call([&] {
    if (unroll::emulator::Refuses(unroll::emulator::Known(stream))) return cudaErrorStreamCaptureUnsupported;
    return unroll::emulator::Finish(stream);
  });
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  return Call([&] {
    if (unroll::emulator::Refuses(unroll::emulator::Known(stream))) return cudaErrorStreamCaptureUnsupported;
    return unroll::emulator::Look(unroll::emulator::Known(stream));
  });
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
    if (unroll::emulator::Capturing(stream)) return cudaSuccess;  // orders streams of the graph, of which there is one
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

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  return Call([&] {
    if (stream == nullptr) return cudaErrorStreamCaptureUnsupported;
    const std::lock_guard lock(stream->mutex);
    if (stream->capture != nullptr) return cudaErrorIllegalState;
    stream->capture = std::make_unique<CUgraph_st>();
    stream->mode = mode;
    stream->captured_by = std::this_thread::get_id();
    stream->broken = false;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  return Call([&] {
    if (stream == nullptr) return cudaErrorIllegalState;
    std::unique_ptr<CUgraph_st> captured;
    {
      const std::lock_guard lock(stream->mutex);
      captured = std::move(stream->capture);
      if (captured == nullptr) return cudaErrorIllegalState;
      if (stream->broken) return cudaErrorStreamCaptureInvalidated;
    }
    *graph = captured.release();
    Count(&Counts::graphs, 1);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  return Call([&] {
    *exec = new CUgraphExec_st{graph->works};
    Count(&Counts::graphs, 1);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  return Call([&] {
    for (const auto& work : exec->works) unroll::emulator::EnqueueWork(unroll::emulator::Known(stream), work);
    if (stream == nullptr) return unroll::emulator::FinishAll();
    return unroll::emulator::device().lazy ? cudaSuccess : unroll::emulator::Finish(stream);
  });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  if (graph == nullptr) return unroll::emulator::Note(cudaErrorInvalidValue);
  delete graph;
  Count(&Counts::graphs, -1);
  return unroll::emulator::Note(unroll::emulator::Usable());
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  if (exec == nullptr) return unroll::emulator::Note(cudaErrorInvalidValue);
  delete exec;
  Count(&Counts::graphs, -1);
  return unroll::emulator::Note(unroll::emulator::Usable());
}

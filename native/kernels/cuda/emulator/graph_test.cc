// Graphs: what a stream is asked to do while it is captured is done as often as the graph is launched.
#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

__global__ void Step(float* state, const float* in, float factor) { state[threadIdx.x] = state[threadIdx.x] * factor + in[threadIdx.x]; }

struct Fixture {
  cudaStream_t stream = nullptr;
  DeviceArray<float> state{std::vector<float>(3)}, in{std::vector<float>(3)};
  std::vector<float> host = {1, 2, 3}, out = {0, 0, 0};

  Fixture() { CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess); }
  ~Fixture() { CHECK(cudaStreamDestroy(stream) == cudaSuccess); }

  // In, a step with a factor of its own, out.
  void Enqueue(float factor) {
    CHECK(cudaMemcpyAsync(in.data(), host.data(), 12, cudaMemcpyHostToDevice, stream) == cudaSuccess);
    CHECK(gpu::Launch(Step, {dim3(1), dim3(3), 0, stream}, state.data(), in.data(), factor) == cudaSuccess);
    CHECK(cudaMemcpyAsync(out.data(), state.data(), 12, cudaMemcpyDeviceToHost, stream) == cudaSuccess);
  }
  cudaGraphExec_t Capture(float factor) {
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t exec = nullptr;
    CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
    Enqueue(factor);
    CHECK(cudaStreamEndCapture(stream, &graph) == cudaSuccess && graph != nullptr);
    CHECK(cudaGraphInstantiate(&exec, graph) == cudaSuccess && cudaGraphDestroy(graph) == cudaSuccess);
    return exec;
  }
};

TEST(a_graph_is_replayed_with_what_memory_holds_then) {
  const Counts before = counts();
  {
    Fixture all;
    const cudaGraphExec_t exec = all.Capture(10);
    CHECK(cudaStreamSynchronize(all.stream) == cudaSuccess && all.out[0] == 0);  // captured, not done
    CHECK(cudaGraphLaunch(exec, all.stream) == cudaSuccess && all.out[0] == 0);
    CHECK(cudaStreamSynchronize(all.stream) == cudaSuccess && (all.out == std::vector<float>{1, 2, 3}));
    all.host = {4, 5, 6};
    for (int i = 0; i < 2; ++i) CHECK(cudaGraphLaunch(exec, all.stream) == cudaSuccess);
    // Its work does not need it any more.
    CHECK(cudaGraphExecDestroy(exec) == cudaSuccess);
    CHECK(cudaStreamSynchronize(all.stream) == cudaSuccess && (all.out == std::vector<float>{144, 255, 366}));
    // The stream works as ever.
    all.Enqueue(0);
    CHECK(cudaStreamSynchronize(all.stream) == cudaSuccess && all.out[0] == 4);
  }
  CHECK(counts().graphs == before.graphs && counts().device_bytes == before.device_bytes);
}

TEST(every_launch_of_a_graph_counts_for_planned_faults) {
  Reset();
  Fixture all;
  const cudaGraphExec_t exec = all.Capture(1);
  device().lost_launch = 2;
  CHECK(cudaGraphLaunch(exec, all.stream) == cudaSuccess && cudaStreamSynchronize(all.stream) == cudaSuccess);
  CHECK(cudaGraphLaunch(exec, all.stream) == cudaSuccess && cudaStreamSynchronize(all.stream) == cudaErrorLaunchFailure);
  CHECK(cudaGraphLaunch(exec, all.stream) == cudaErrorLaunchFailure);
  Reset();
  CHECK(cudaGraphExecDestroy(exec) == cudaSuccess);
}

TEST(graphs_of_graphs) {
  Fixture all;
  const cudaGraphExec_t inner = all.Capture(2);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t outer = nullptr;
  CHECK(cudaStreamBeginCapture(all.stream, cudaStreamCaptureModeRelaxed) == cudaSuccess);
  for (int i = 0; i < 3; ++i) CHECK(cudaGraphLaunch(inner, all.stream) == cudaSuccess);
  CHECK(cudaStreamEndCapture(all.stream, &graph) == cudaSuccess && cudaGraphInstantiate(&outer, graph) == cudaSuccess);
  CHECK(cudaGraphLaunch(outer, all.stream) == cudaSuccess && cudaStreamSynchronize(all.stream) == cudaSuccess);
  CHECK((all.out == std::vector<float>{7, 14, 21}));
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  for (cudaGraphExec_t exec : {inner, outer}) CHECK(cudaGraphExecDestroy(exec) == cudaSuccess);
}

// Breaks a capture in one way; what the call and the capture's end answer.
template <class Break>
void CheckBreaks(cudaStreamCaptureMode mode, cudaError_t call, cudaError_t end, const Break& broken) {
  Fixture all;
  cudaGraph_t graph = nullptr;
  CHECK(cudaStreamBeginCapture(all.stream, mode) == cudaSuccess);
  all.Enqueue(1);
  CHECK(broken(all.stream) == call);
  CHECK(cudaStreamEndCapture(all.stream, &graph) == end && (graph != nullptr) == (end == cudaSuccess));
  if (graph != nullptr) CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  cudaGetLastError();
  all.Enqueue(1);
  CHECK(cudaStreamSynchronize(all.stream) == cudaSuccess && all.out[2] == 3);
}

TEST(what_must_not_be_called_breaks_a_capture) {
  const auto allocate = [](cudaStream_t) {
    float* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, 4);
    if (error == cudaSuccess) CHECK(cudaFree(memory) == cudaSuccess);
    return error;
  };
  const cudaError_t refused = cudaErrorStreamCaptureUnsupported, broken = cudaErrorStreamCaptureInvalidated;
  CheckBreaks(cudaStreamCaptureModeGlobal, refused, broken, cudaStreamSynchronize);
  CheckBreaks(cudaStreamCaptureModeRelaxed, refused, broken, cudaStreamQuery);
  CheckBreaks(cudaStreamCaptureModeGlobal, refused, broken, allocate);
  CheckBreaks(cudaStreamCaptureModeThreadLocal, refused, broken, allocate);
  CheckBreaks(cudaStreamCaptureModeRelaxed, cudaSuccess, cudaSuccess, allocate);
}

TEST(captures_begin_and_end_once) {
  Fixture all;
  cudaGraph_t graph = nullptr;
  CHECK(cudaStreamEndCapture(all.stream, &graph) == cudaErrorIllegalState);
  CHECK(cudaStreamBeginCapture(nullptr, cudaStreamCaptureModeGlobal) == cudaErrorStreamCaptureUnsupported);
  CHECK(cudaStreamBeginCapture(all.stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
  CHECK(cudaStreamBeginCapture(all.stream, cudaStreamCaptureModeGlobal) == cudaErrorIllegalState);
  CHECK(cudaStreamEndCapture(all.stream, &graph) == cudaSuccess && cudaGraphDestroy(graph) == cudaSuccess);
  cudaGetLastError();
}

}  // namespace
}  // namespace emulator
}  // namespace unroll

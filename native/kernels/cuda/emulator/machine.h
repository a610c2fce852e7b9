// A launch on the processor: blocks, warps and lanes, each lane a fiber of the thread that launched; which one goes on when one has to
// wait.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_MACHINE_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_MACHINE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "native/kernels/cuda/emulator/copies.h"
#include "native/kernels/cuda/emulator/device.h"
#include "native/kernels/cuda/emulator/fiber.h"
#include "native/kernels/cuda/emulator/thread.h"

namespace unroll {
namespace emulator {

struct Warp;
class Machine;

inline constexpr uint32_t kAllLanes = 0xffffffffu;
inline constexpr int kLanes = 32;
inline constexpr int kWarps = 32;  // of the largest block

// What a switch needs is in one line of the cache.
struct alignas(64) Lane : Thread {
  Fiber fiber;
  Warp* warp = nullptr;
  Site waits_at;
  Copies copies;
};

// Done once for all lanes of an exchange: hands[i] is what lane i gave, for the bits of `lanes`.
using Combine = void (*)(Warp* warp, void* const* hands, uint32_t lanes);

// What the lanes of a mask do together. The lanes' bits say who has come.
struct Exchange {
  uint32_t mask = kAllLanes;
  uint32_t arrived = 0;
  Combine combine = nullptr;
  Site site;
  void* hands[kLanes];
  unsigned round = 0;
  Meeting meetings[2];  // of two rounds in turn nobody is in the older one any more
};

struct Block;

// Matrices of tensor cores: each lane puts its fragments where the product reads them.
struct alignas(32) Matrices {
  uint32_t a[2][kLanes][4];  // big and small parts, fragments as they are
  float b[2][8][8];
  float d[2][16][8];  // of two rounds in turn: some lanes still have to fetch the older one's
};

struct Warp {
  Block* block = nullptr;
  uint32_t bit = 0;  // in the block's masks of warps
  uint32_t alive = 0, ready = 0;
  Exchange whole;
  Matrices matrices;
  std::deque<Exchange> parts;  // of other masks; a deque, because who waits there points to it
  Stacks stacks;
  Lane lanes[kLanes];
};

struct Piece {
  void* memory;
  int64_t bytes;
};

struct Barrier {
  int64_t arrived = 0;
  Site site;
  unsigned round = 0;
  Meeting meetings[2];
};

struct Block {
  uint3 index = {};
  dim3 dim;
  Machine* machine = nullptr;
  uint32_t ready_warps = 0;
  int64_t threads = 0, alive = 0;
  Barrier barrier;
  std::vector<Piece> pieces;  // of shared memory
  int64_t shared_bytes = 0;
  std::vector<std::unique_ptr<Warp>> warps;

  Block() = default;
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
};

struct KernelLaunch {
  dim3 grid, block;
  int64_t shared_bytes = 0;
  int64_t resident = 1;  // blocks at once
  bool cooperative = false;
  std::function<void()> body;
  Order order = Order::kFifo;
  uint64_t seed = 1;
};

// One for each of the operating system's threads: fibers, stacks and blocks are kept for its next launch.
class Machine {
 public:
  Machine() = default;
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Until the last thread has ended; what was wrong, or nothing.
  std::string Run(const KernelLaunch& launch);
  int64_t switches() const { return switches_; }

  // What the current lane may call.
  void SyncBlock(Site site);
  void SyncGrid(Site site);
  void Meet(uint32_t mask, void* hand, Combine combine, Site site);
  // Until some other lane had its turn, or none can have one.
  void Spin(Site site);
  void* TakeShared(int index, int64_t bytes, Site site);
  // Something has changed that a spinning lane may be waiting for.
  void Change() { ++changes_; }
  // Notes what is wrong; the first one counts. Stop then ends the launch and leaves the lane where it is, so that nothing on its stack is
  // destroyed: what the text was made of has to be gone by then.
  void Blame(std::string fault);
  [[noreturn]] void Stop();

 private:
  static void Enter(Fiber* from);
  void Finish(Lane* me);
  void Close(Block* block);
  void Release(Block* block);
  void ReleaseGrid();
  void MeetAt(Exchange* exchange, void* hand, Combine combine, Site site);
  [[gnu::noinline]] void MeetSome(uint32_t mask, void* hand, Combine combine, Site site);
  uint32_t Complete(Warp* warp, Exchange* exchange);
  void GoOnLast(Lane* me);
  [[gnu::noinline]] void ArriveLast(Lane* me, Exchange* exchange);
  bool AddPiece(Block* block, int64_t bytes, Site site);
  [[noreturn, gnu::cold]] void Diverge(const char* what, Site theirs, Site mine);

  Lane* Pick(Block* block);
  void Leave(Lane* me);
  void LeaveWarp(Lane* me);
  void Switch(Fiber* from, Lane* to);
  uint64_t Random();

  // The launcher's part.
  void GoOn(Lane* lane);
  Lane* Choose();
  Block* ReadyBlock();
  bool MayAdmit() const;
  void Admit();
  void Shape(Block* block, const dim3& dim);
  void AddWarp(Block* block);
  std::string Deadlock() const;
  void Discard();

  Order order_ = Order::kFifo;
  // That of the current lane, in the usual order: found without its lane, the processor knows the next one before it has switched to this
  // one.
  Warp* warp_ = nullptr;
  int64_t switches_ = 0;
  uint64_t changes_ = 0;
  const KernelLaunch* launch_ = nullptr;
  uint64_t random_ = 1;
  Fiber launcher_;
  std::string fault_;

  int64_t blocks_ = 0, admitted_ = 0;  // of this launch
  int64_t resident_ = 0;               // at once
  int64_t alive_ = 0;                  // threads that have not ended, those of blocks to come included
  Barrier grid_;
  Meeting begin_, end_;  // of the launch, for the host
  int64_t fibers_ = 0;
  std::vector<Block*> running_;
  std::vector<std::unique_ptr<Block>> made_;
  std::vector<Block*> free_;
  std::vector<Block*> spent_;  // of this launch, where a race check must tell their threads from those of later blocks
  std::deque<Lane*> spinners_;
  uint64_t spins_ = 0, seen_changes_ = 0;
};

// That of this thread, and the one whose launch runs there.
Machine& machine();
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Machine* running;

// For reports: file:line, and which thread of which block.
std::string Text(const Site& site);
std::string Name(const Thread& thread);

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_MACHINE_H_

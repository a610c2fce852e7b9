// Where lanes wait for each other, and who goes on meanwhile. This is what a kernel's time in the emulator is spent on.
#include "native/kernels/cuda/emulator/machine.h"

#include <bit>
#include <cstdlib>
#include <cstring>

constinit thread_local dim3 blockDim, gridDim;

namespace unroll {
namespace emulator {

constinit thread_local Thread* current = nullptr;

namespace {

constexpr uint32_t Bit(unsigned lane) { return 1u << lane; }

Lane* Take(Warp* warp, unsigned lane) {
  warp->ready &= ~Bit(lane);
  if (warp->ready == 0) warp->block->ready_warps &= ~warp->bit;
  return &warp->lanes[lane];
}

void MakeReady(Warp* warp, uint32_t lanes) {
  if (lanes == 0) return;
  warp->ready |= lanes;
  warp->block->ready_warps |= warp->bit;
}

unsigned Lowest(uint32_t bits) { return static_cast<unsigned>(std::countr_zero(bits)); }
unsigned Highest(uint32_t bits) { return 31 - static_cast<unsigned>(std::countl_zero(bits)); }

unsigned Nth(uint32_t bits, uint64_t n) {
  for (; n > 0; --n) bits &= bits - 1;
  return Lowest(bits);
}

}  // namespace

uint64_t Machine::Random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_ >> 16;
}

// Who goes on in a block where somebody can.
Lane* Machine::Pick(Block* block) {
  const auto warp = [&](unsigned i) { return block->warps[i].get(); };
  if (order_ == Order::kFifo) {
    Warp* first = warp(Lowest(block->ready_warps));
    return Take(first, Lowest(first->ready));
  }
  if (order_ == Order::kLifo) {
    Warp* last = warp(Highest(block->ready_warps));
    return Take(last, Highest(last->ready));
  }
  const auto any = [&](uint32_t bits) { return Nth(bits, Random() % static_cast<uint64_t>(std::popcount(bits))); };
  Warp* one = warp(any(block->ready_warps));
  return Take(one, any(one->ready));
}

// Who goes on instead of `me`: in the usual order the rest of its warp first, whose stacks are in the cache. nullptr: let the launcher
// choose a block.
inline Lane* Machine::Next(Lane* me) {
  Warp* warp = me->warp;
  if (order_ == Order::kFifo && warp->ready != 0) return Take(warp, Lowest(warp->ready));
  if (warp->block->ready_warps == 0) return nullptr;
  constexpr uint64_t kTurns = 16;  // a block has in a row, about
  if (order_ == Order::kRandom && running_.size() > 1 && Random() % kTurns == 0) return nullptr;
  return Pick(warp->block);
}

// To a lane, or to the launcher.
void Machine::Switch(Fiber* from, Lane* to) {
  ++switches_;
  current = to;
  SwitchFiber(from, to == nullptr ? &launcher_ : &to->fiber);
}

// `me` can't go on, or need not be the one that does.
inline void Machine::Leave(Lane* me) {
  Lane* next = Next(me);
  if (next != me) Switch(&me->fiber, next);
}

void Machine::Enter(Fiber* from) {
  auto* me = static_cast<Lane*>(current);
  AfterSwitch(from, &me->fiber);
  Machine* machine = me->warp->block->machine;
  for (;;) {
    machine->begin_.Acquire();
    machine->launch_->body();
    machine->Finish(me);
  }
}

void Machine::Stop(Lane* me) {
  Switch(&me->fiber, nullptr);
  std::abort();  // nobody comes back to a launch that failed
}

void Machine::Diverge(Lane* me, const char* what, Site theirs, Site mine) {
  Blame(std::string("divergent ") + what + ": some threads wait at " + Text(theirs) + ", " + Name(*me) + " at " + Text(mine));
  Stop(me);
}

void Machine::SyncBlock(Lane* me, Site site) {
  Block* block = me->warp->block;
  Barrier& barrier = block->barrier;
  if (barrier.arrived != 0 && !(barrier.site == site)) Diverge(me, "__syncthreads", barrier.site, site);
  Meeting& meeting = barrier.meetings[barrier.round % 2];
  meeting.Release();
  barrier.site = me->waits_at = site;
  if (++barrier.arrived < block->alive) {
    Leave(me);
  } else {
    Release(block);
    if (order_ == Order::kFifo)
      Take(me->warp, me->lane);
    else
      Leave(me);
  }
  meeting.Acquire();
}

void Machine::Release(Block* block) {
  block->barrier.arrived = 0;
  ++block->barrier.round;
  ++changes_;
  for (auto& warp : block->warps) MakeReady(warp.get(), warp->alive);
}

void Machine::SyncGrid(Lane* me, Site site) {
  if (grid_.arrived != 0 && !(grid_.site == site)) Diverge(me, "barrier of the grid", grid_.site, site);
  if (!launch_->cooperative) {
    Blame("a barrier of the grid at " + Text(site) + " in a launch that is not cooperative");
    Stop(me);
  }
  Meeting& meeting = grid_.meetings[grid_.round % 2];
  meeting.Release();
  grid_.site = me->waits_at = site;
  if (++grid_.arrived == alive_) ReleaseGrid();
  Leave(me);
  meeting.Acquire();
}

void Machine::ReleaseGrid() {
  grid_.arrived = 0;
  ++grid_.round;
  ++changes_;
  for (Block* block : running_) {
    for (auto& warp : block->warps) MakeReady(warp.get(), warp->alive);
  }
}

Exchange* Machine::Find(Warp* warp, uint32_t mask) {
  if (mask == kAllLanes) return &warp->whole;
  Exchange* unused = nullptr;
  for (Exchange& exchange : warp->parts) {
    if (exchange.mask == mask) return &exchange;
    if (exchange.arrived == 0) unused = &exchange;
  }
  if (unused == nullptr) {
    const Unwatched unwatched;
    unused = &warp->parts.emplace_back();
  }
  unused->mask = mask;
  return unused;
}

void Machine::Meet(Lane* me, uint32_t mask, void* hand, Combine combine, Site site) {
  Warp* warp = me->warp;
  const uint32_t bit = Bit(me->lane);
  if ((mask & bit) == 0) {
    Blame(Name(*me) + " is not in the mask of its own operation at " + Text(site));
    Stop(me);
  }
  Exchange* exchange = Find(warp, mask);
  if (exchange->arrived != 0 && (exchange->combine != combine || !(exchange->site == site)))
    Diverge(me, "operation of a warp", exchange->site, site);
  Meeting& meeting = exchange->meetings[exchange->round % 2];
  // A shuffle orders nothing in memory, as in CUDA.
  if (combine == nullptr) meeting.Release();
  exchange->combine = combine;
  exchange->site = me->waits_at = site;
  exchange->hands[me->lane] = hand;
  exchange->arrived |= bit;
  bool wait = true;
  if (exchange->arrived == (mask & warp->alive)) {
    // The last one goes on without a switch, unless another order is to be tried.
    wait = order_ != Order::kFifo;
    MakeReady(warp, Complete(exchange) & (wait ? kAllLanes : ~bit));
  }
  if (wait) Leave(me);
  if (combine == nullptr) meeting.Acquire();
}

// The lanes that go on.
uint32_t Machine::Complete(Exchange* exchange) {
  const uint32_t lanes = exchange->arrived;
  if (exchange->combine != nullptr) exchange->combine(exchange->hands, lanes);
  exchange->arrived = 0;
  ++exchange->round;
  ++changes_;
  return lanes;
}

void Machine::Spin(Lane* me, Site site) {
  me->waits_at = site;
  {
    const Unwatched unwatched;
    spinners_.push_back(me);
  }
  Leave(me);
}

// A lane has ended; those that waited only for it go on.
void Machine::Finish(Lane* me) {
  Warp* warp = me->warp;
  Block* block = warp->block;
  end_.Release();
  me->copies.pending.clear();
  me->copies.done = 0;
  ++changes_;
  warp->alive &= ~Bit(me->lane);
  --alive_;
  if (--block->alive == 0) {
    Close(block);
  } else {
    if (block->barrier.arrived == block->alive) Release(block);
    const auto leave = [&](Exchange& exchange) {
      if (exchange.arrived != 0 && exchange.arrived == (exchange.mask & warp->alive)) MakeReady(warp, Complete(&exchange));
    };
    leave(warp->whole);
    for (Exchange& exchange : warp->parts) leave(exchange);
  }
  if (alive_ > 0 && grid_.arrived == alive_) ReleaseGrid();
  Leave(me);
}

void* Machine::TakeShared(Lane* me, int index, int64_t bytes, Site site) {
  Block* block = me->warp->block;
  if (index == static_cast<int>(block->pieces.size()) && !AddPiece(block, bytes, site)) Stop(me);
  const Piece& piece = block->pieces[static_cast<size_t>(index)];
  if (piece.bytes == bytes) return piece.memory;
  Blame("shared memory: " + Name(*me) + " takes " + std::to_string(bytes) + " bytes at " + Text(site) + ", another thread took " +
        std::to_string(piece.bytes));
  Stop(me);
}

bool Machine::AddPiece(Block* block, int64_t bytes, Site site) {
  constexpr int64_t kAlignment = 16;
  block->shared_bytes = (block->shared_bytes + kAlignment - 1) / kAlignment * kAlignment + bytes;
  if (block->shared_bytes > launch_->shared_bytes) {
    Blame("shared memory: with the piece at " + Text(site) + " a block takes " + std::to_string(block->shared_bytes) +
          " bytes, the launch gave " + std::to_string(launch_->shared_bytes));
    return false;
  }
  const Unwatched unwatched;
  // Memory of its own for each piece, which AddressSanitizer guards. All bits set are NaN.
  void* memory = std::malloc(bytes > 0 ? static_cast<size_t>(bytes) : 1);
  if (memory == nullptr) {
    Blame("no memory for a piece of shared memory at " + Text(site));
    return false;
  }
  std::memset(memory, 0xff, static_cast<size_t>(bytes));
  block->pieces.push_back({memory, bytes});
  return true;
}

}  // namespace emulator
}  // namespace unroll

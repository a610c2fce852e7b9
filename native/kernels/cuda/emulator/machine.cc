// Where lanes wait for each other, and who goes on meanwhile. This is what a kernel's time in the emulator is spent on.
#include "native/kernels/cuda/emulator/machine.h"

#include <bit>
#include <cstdlib>
#include <cstring>

[[gnu::tls_model("initial-exec")]] constinit thread_local dim3 blockDim, gridDim;

namespace unroll {
namespace emulator {

[[gnu::tls_model("initial-exec")]] constinit thread_local Thread* current = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local Machine* running = nullptr;

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
    warp_ = warp(Lowest(block->ready_warps));
    return Take(warp_, Lowest(warp_->ready));
  }
  if (order_ == Order::kLifo) {
    Warp* last = warp(Highest(block->ready_warps));
    return Take(last, Highest(last->ready));
  }
  const auto any = [&](uint32_t bits) { return Nth(bits, Random() % static_cast<uint64_t>(std::popcount(bits))); };
  Warp* one = warp(any(block->ready_warps));
  return Take(one, any(one->ready));
}

// To a lane, or to the launcher.
inline void Machine::Switch(Fiber* from, Lane* to) {
  ++switches_;
  current = to;
  SwitchFiber(from, to == nullptr ? &launcher_ : &to->fiber);
}

// Returns when no lane of its block can go on any more, or now and then in random order.
void Machine::GoOn(Lane* lane) { Switch(&launcher_, lane); }

// `me` can't go on: in the usual order the rest of its warp comes first, whose stacks are in the cache.
inline void Machine::Leave(Lane* me) {
  if (order_ != Order::kFifo || warp_->ready == 0) return LeaveWarp(me);
  Lane* next = Take(warp_, Lowest(warp_->ready));
  // The stack of the one after it is fetched meanwhile.
  const char* ahead = static_cast<const char*>(warp_->lanes[Lowest(warp_->ready) % kLanes].fiber.stack_pointer);
  __builtin_prefetch(ahead);
  __builtin_prefetch(ahead + 64);
  Switch(&me->fiber, next);
}

// To another warp, or to the launcher, which chooses a block. Outside of the usual order `me` may be the one that goes on.
void Machine::LeaveWarp(Lane* me) {
  Block* block = me->warp->block;
  constexpr uint64_t kTurns = 16;  // a block has in a row, about
  const bool other = order_ == Order::kRandom && running_.size() > 1 && Random() % kTurns == 0;
  Lane* next = other || block->ready_warps == 0 ? nullptr : Pick(block);
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

void Machine::Stop() {
  Switch(&static_cast<Lane*>(current)->fiber, nullptr);
  std::abort();  // nobody comes back to a launch that failed
}

void Machine::Diverge(const char* what, Site theirs, Site mine) {
  Blame(std::string("divergent ") + what + ": some threads wait at " + Text(theirs) + ", " + Name(*current) + " at " + Text(mine));
  Stop();
}

void Machine::SyncBlock(Site site) {
  auto* me = static_cast<Lane*>(current);
  Block* block = me->warp->block;
  Barrier& barrier = block->barrier;
  if (barrier.arrived != 0 && barrier.site != site) Diverge("__syncthreads", barrier.site, site);
  Meeting& meeting = barrier.meetings[barrier.round % 2];
  meeting.Release();
  barrier.site = site;
  me->waits_at = site;
  if (++barrier.arrived < block->alive) {
    Leave(me);
  } else {
    Release(block);
    GoOnLast(me);
  }
  meeting.Acquire();
}

// A lane that has just made all ready goes on itself, without a switch, unless another order is to be tried.
void Machine::GoOnLast(Lane* me) {
  if (order_ != Order::kFifo) return LeaveWarp(me);
  Take(me->warp, me->lane);
}

void Machine::Release(Block* block) {
  block->barrier.arrived = 0;
  ++block->barrier.round;
  ++changes_;
  for (auto& warp : block->warps) MakeReady(warp.get(), warp->alive);
}

void Machine::SyncGrid(Site site) {
  auto* me = static_cast<Lane*>(current);
  if (grid_.arrived != 0 && grid_.site != site) Diverge("barrier of the grid", grid_.site, site);
  if (!launch_->cooperative) {
    Blame("a barrier of the grid at " + Text(site) + " in a launch that is not cooperative");
    Stop();
  }
  Meeting& meeting = grid_.meetings[grid_.round % 2];
  meeting.Release();
  grid_.site = me->waits_at = site;
  if (++grid_.arrived < alive_) {
    Leave(me);
  } else {
    ReleaseGrid();
    GoOnLast(me);
  }
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

[[gnu::always_inline]] inline void Machine::MeetAt(Exchange* exchange, void* hand, Combine combine, Site site) {
  auto* me = static_cast<Lane*>(current);
  if (exchange->arrived != 0 && (exchange->combine != combine || exchange->site != site))
    Diverge("operation of a warp", exchange->site, site);
  Meeting& meeting = exchange->meetings[exchange->round % 2];
  // A shuffle orders nothing in memory, as in CUDA.
  if (combine == nullptr) meeting.Release();
  exchange->combine = combine;
  exchange->site = site;
  me->waits_at = site;
  exchange->hands[me->lane] = hand;
  exchange->arrived |= Bit(me->lane);
  if (exchange->arrived == (exchange->mask & me->warp->alive))
    ArriveLast(me, exchange);
  else
    Leave(me);
  if (combine == nullptr) meeting.Acquire();
}

void Machine::Meet(uint32_t mask, void* hand, Combine combine, Site site) {
  if (mask != kAllLanes) return MeetSome(mask, hand, combine, site);
  MeetAt(&static_cast<Lane*>(current)->warp->whole, hand, combine, site);
}

// For a mask of some lanes only.
void Machine::MeetSome(uint32_t mask, void* hand, Combine combine, Site site) {
  Warp* warp = static_cast<Lane*>(current)->warp;
  if ((mask & Bit(current->lane)) == 0) {
    Blame(Name(*current) + " is not in the mask of its own operation at " + Text(site));
    Stop();
  }
  Exchange* chosen = nullptr;
  for (Exchange& exchange : warp->parts) {
    if (exchange.arrived == 0 || exchange.mask == mask) chosen = &exchange;
    if (exchange.mask == mask) break;
  }
  if (chosen == nullptr) {
    const Unwatched unwatched;
    chosen = &warp->parts.emplace_back();
  }
  chosen->mask = mask;
  MeetAt(chosen, hand, combine, site);
}

void Machine::ArriveLast(Lane* me, Exchange* exchange) {
  MakeReady(me->warp, Complete(me->warp, exchange));
  GoOnLast(me);
}

// The lanes that go on.
uint32_t Machine::Complete(Warp* warp, Exchange* exchange) {
  const uint32_t lanes = exchange->arrived;
  if (exchange->combine != nullptr) exchange->combine(warp, exchange->hands, lanes);
  exchange->arrived = 0;
  ++exchange->round;
  ++changes_;
  return lanes;
}

void Machine::Spin(Site site) {
  auto* me = static_cast<Lane*>(current);
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
      if (exchange.arrived != 0 && exchange.arrived == (exchange.mask & warp->alive)) MakeReady(warp, Complete(warp, &exchange));
    };
    leave(warp->whole);
    for (Exchange& exchange : warp->parts) leave(exchange);
  }
  if (alive_ > 0 && grid_.arrived == alive_) ReleaseGrid();
  Leave(me);
}

void* Machine::TakeShared(int index, int64_t bytes, Site site) {
  Block* block = static_cast<Lane*>(current)->warp->block;
  if (index == static_cast<int>(block->pieces.size()) && !AddPiece(block, bytes, site)) Stop();
  const Piece& piece = block->pieces[static_cast<size_t>(index)];
  if (piece.bytes == bytes) return piece.memory;
  Blame("shared memory: " + Name(*current) + " takes " + std::to_string(bytes) + " bytes at " + Text(site) + ", another thread took " +
        std::to_string(piece.bytes));
  Stop();
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

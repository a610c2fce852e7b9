// One row and one step at a time: slow, short and meant to be compared with the formulas by eye.
#include "native/kernels/reference/reference.h"

#include <cstddef>

namespace unroll {
namespace reference {
namespace {

// State of one row, and the gates that its last step had.
struct Row {
  Doubles h, c;
  std::vector<Doubles> gates;
};

Doubles Part(const Doubles& v, size_t from, size_t count) {
  return count == 0 ? Doubles()
                    : Doubles(v.begin() + static_cast<std::ptrdiff_t>(from), v.begin() + static_cast<std::ptrdiff_t>(from + count));
}

// v · W + b of one gate: columns [gate·H, (gate + 1)·H) of W [n, G·H]; b starts at bias_from, or is empty.
Doubles Affine(const Doubles& v, const Doubles& weights, const Doubles& bias, size_t bias_from, size_t gate, size_t units) {
  const size_t columns = weights.size() / v.size();
  Doubles out(units);
  for (size_t j = 0; j < units; ++j) {
    out[j] = bias.empty() ? 0 : bias[bias_from + gate * units + j];
    for (size_t k = 0; k < v.size(); ++k) out[j] += v[k] * weights[k * columns + gate * units + j];
  }
  return out;
}

Doubles operator+(Doubles a, const Doubles& b) {
  for (size_t k = 0; k < a.size(); ++k) a[k] += b[k];
  return a;
}

Doubles operator*(Doubles a, const Doubles& b) {
  for (size_t k = 0; k < a.size(); ++k) a[k] *= b[k];
  return a;
}

// The products of one step for one gate.
struct Products {
  const Input& in;
  const Doubles& x;
  size_t units;

  Doubles Kernel(size_t gate) const { return Affine(x, in.kernel, in.bias, 0, gate, units); }
  Doubles Recurrent(const Doubles& h, size_t gate) const { return Affine(h, in.recurrent, {}, 0, gate, units); }
  // With the second row of a GRU's bias [2, G·H].
  Doubles RecurrentBiased(const Doubles& h, size_t gate) const { return Affine(h, in.recurrent, in.bias, 3 * units, gate, units); }
};

void SimpleRnn(const Products& p, Row* row) { row->h = Activate(p.in.spec.activation, p.Kernel(0) + p.Recurrent(row->h, 0)); }

void Lstm(const Products& p, Row* row) {
  const Activation act = p.in.spec.activation, rec = p.in.spec.recurrent_activation;
  const Doubles i = Activate(rec, p.Kernel(0) + p.Recurrent(row->h, 0));
  const Doubles f = Activate(rec, p.Kernel(1) + p.Recurrent(row->h, 1));
  const Doubles g = Activate(act, p.Kernel(2) + p.Recurrent(row->h, 2));
  const Doubles o = Activate(rec, p.Kernel(3) + p.Recurrent(row->h, 3));
  row->c = f * row->c + i * g;
  row->h = o * Activate(act, row->c);
  row->gates = {i, f, g, o};
}

void Gru(const Products& p, Row* row) {
  const Activation act = p.in.spec.activation, rec = p.in.spec.recurrent_activation;
  const Doubles& h = row->h;
  Doubles z, r, candidate;
  if (p.in.spec.reset_after) {
    z = Activate(rec, p.Kernel(0) + p.RecurrentBiased(h, 0));
    r = Activate(rec, p.Kernel(1) + p.RecurrentBiased(h, 1));
    candidate = Activate(act, p.Kernel(2) + r * p.RecurrentBiased(h, 2));
  } else {
    z = Activate(rec, p.Kernel(0) + p.Recurrent(h, 0));
    r = Activate(rec, p.Kernel(1) + p.Recurrent(h, 1));
    candidate = Activate(act, p.Kernel(2) + p.Recurrent(r * h, 2));
  }
  for (size_t k = 0; k < h.size(); ++k) row->h[k] = z[k] * h[k] + (1 - z[k]) * candidate[k];
  row->gates = {z, r, candidate};
}

void Step(const Products& p, Row* row) {
  if (p.in.spec.cell == Cell::kSimpleRnn) SimpleRnn(p, row);
  if (p.in.spec.cell == Cell::kLstm) Lstm(p, row);
  if (p.in.spec.cell == Cell::kGru) Gru(p, row);
}

void Append(const Doubles& v, Doubles* to) { to->insert(to->end(), v.begin(), v.end()); }

void AppendTraces(const Row& row, bool counts, size_t gates, bool lstm, size_t units, std::vector<Doubles>* traces) {
  size_t next = 0;
  Append(row.h, &(*traces)[next++]);
  if (lstm) Append(row.c, &(*traces)[next++]);
  for (size_t gate = 0; gate < gates; ++gate) Append(counts ? row.gates[gate] : Doubles(units), &(*traces)[next++]);
}

}  // namespace

Output Run(const Input& in) {
  const RecurrentSpec& spec = in.spec;
  const size_t units = static_cast<size_t>(spec.units), features = static_cast<size_t>(in.features),
               time = static_cast<size_t>(in.timesteps);
  const bool lstm = spec.cell == Cell::kLstm;
  const size_t gates = lstm ? 4 : spec.cell == Cell::kGru ? 3 : 0;
  Output out;
  out.traces.resize(1 + (lstm ? 1 : 0) + gates);
  for (size_t b = 0; b < static_cast<size_t>(in.batch); ++b) {
    Row row{Doubles(units), Doubles(units), {}};
    if (!in.initial_h.empty()) row.h = Part(in.initial_h, b * units, units);
    if (!in.initial_c.empty()) row.c = Part(in.initial_c, b * units, units);
    // What a masked step repeats: the output before it, zero before the first.
    Doubles previous(units);
    for (size_t taken = 0; taken < time; ++taken) {
      const size_t t = spec.go_backwards ? time - 1 - taken : taken;
      const bool counts = in.mask.empty() || in.mask[b * time + t] != 0;
      const Doubles x = Part(in.x, (b * time + t) * features, features);
      if (counts) {
        Step({in, x, units}, &row);
        previous = row.h;
      }
      if (spec.return_sequences || taken + 1 == time) Append(!counts && spec.zero_output_for_mask ? Doubles(units) : previous, &out.out);
      AppendTraces(row, counts, gates, lstm, units, &out.traces);
    }
    Append(row.h, &out.h);
    if (lstm) Append(row.c, &out.c);
  }
  return out;
}

}  // namespace reference
}  // namespace unroll

// Input projections and steps of the cells, as Keras 3 has them: SimpleRNN (Elman 1990), LSTM (Hochreiter & Schmidhuber 1997; forget gate:
// Gers et al. 2000), GRU (Cho et al. 2014; reset_after: cuDNN's form). Included once a target by kernels_inl.h.
namespace unroll {
namespace UNROLL_TARGET {

template <int V>
struct ProjectJob {
  const Projection& p;
  int64_t rows;     // of one panel
  bool steps_last;  // rows are counted through the steps of one row of the batch, then through those of the next

  [[gnu::always_inline]] inline float* Out(int64_t panel, int64_t row) const {
    if (steps_last) row = row % p.steps * p.rows + row / p.steps;
    return p.out + (panel * rows + row) * V * kLanes;
  }
  [[gnu::always_inline]] inline SumsFrom Start(int64_t panel, int64_t) const { return {p.bias + panel * V * kLanes, 0}; }
  template <int M>
  [[gnu::always_inline]] inline void ReadAhead(int64_t, int64_t) const {}
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t row, Vec (&sum)[M][V]) const {
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      float* to = Out(panel, row + m);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) Store(to + v * kLanes, sum[m][v]);
    }
  }
};

// How full tiles of `most` rows are on an axis.
inline double Filled(int64_t length, int64_t most) {
  return static_cast<double>(length) / static_cast<double>((length + most - 1) / most * most);
}

template <int V>
void ProjectPanels(const Projection& p, int64_t first, int64_t end) {
  const bool steps_last = Filled(p.steps, MostRows(V)) > Filled(p.rows, MostRows(V));
  const RowsOfA rows =
      steps_last ? RowsOfA{p.x, p.rows, p.row_stride, p.steps, p.step_stride} : RowsOfA{p.x, p.steps, p.step_stride, p.rows, p.row_stride};
  Product<V>(ProjectJob<V>{p, p.steps * p.rows, steps_last}, rows, *p.matrix, first, end, false);
}

inline void Project(const Projection& p, int64_t first, int64_t end) {
  switch (p.matrix->width / kLanes) {
    case 1:
      return ProjectPanels<1>(p, first, end);
    case 2:
      return ProjectPanels<2>(p, first, end);
    case 3:
      return ProjectPanels<3>(p, first, end);
    default:
      return ProjectPanels<4>(p, first, end);
  }
}

// tanh and sigmoid, as nearly all layers have them; else whatever the spec says.
struct UsualActivations {
  explicit UsualActivations(const RecurrentSpec&) {}
  template <int K>
  [[gnu::always_inline]] inline void Inner(Vec (&x)[K]) const {
    Tanhs(x);
  }
  template <int K>
  [[gnu::always_inline]] inline void Gate(Vec (&x)[K]) const {
    Sigmoids(x);
  }
  [[gnu::always_inline]] inline Vec Inner(Vec x) const { return Tanh(x); }
};
struct AnyActivations {
  explicit AnyActivations(const RecurrentSpec& s) : spec(s) {}
  template <int K>
  [[gnu::always_inline]] inline void Inner(Vec (&x)[K]) const {
    UNROLL_EACH x[k] = Apply(spec.activation, x[k]);
  }
  template <int K>
  [[gnu::always_inline]] inline void Gate(Vec (&x)[K]) const {
    UNROLL_EACH x[k] = Apply(spec.recurrent_activation, x[k]);
  }
  [[gnu::always_inline]] inline Vec Inner(Vec x) const { return Apply(spec.activation, x); }
  const RecurrentSpec& spec;
};

// act of each, a few side by side: more than four do not stay in the registers.
template <class Activations, int M>
[[gnu::always_inline]] inline void Inners(const Activations& activations, Vec (&x)[M]) {
  if constexpr (M <= 4) {
    activations.Inner(x);
  } else {
    constexpr int kFirst = (M + 1) / 2;
    Inners<Activations, kFirst>(activations, reinterpret_cast<Vec(&)[kFirst]>(x[0]));
    Inners<Activations, M - kFirst>(activations, reinterpret_cast<Vec(&)[M - kFirst]>(x[kFirst]));
  }
}

// Where a tile's results go. Copied out of the step: a store of floats might have changed that, so that it would be read anew after each.
struct Place {
  Place(const CellStep& s, int64_t row, int64_t unit)
      : h(s.h + row * s.stride + unit),
        h_next(s.h_next + row * s.stride + unit),
        out(s.out == nullptr ? nullptr : s.out + row * s.out_stride + unit),
        counts(s.counts == nullptr ? nullptr : s.counts + row * s.counts_stride),
        stride(s.stride),
        out_stride(s.out_stride),
        counts_stride(s.counts_stride),
        left(s.cell->units - unit),
        traced(s.traced),
        plain(counts == nullptr && out != nullptr && !traced && left >= kLanes) {}

  // m: rows from the first one; at: units from the first one, the first of a vector.
  [[gnu::always_inline]] inline bool Holds(int64_t m) const { return counts != nullptr && counts[m * counts_stride] == 0; }
  [[gnu::always_inline]] inline Vec H(int64_t m, int64_t at = 0) const { return Load(h + m * stride + at); }
  [[gnu::always_inline]] inline void Hold(int64_t m, int64_t at = 0) const { Store(h_next + m * stride + at, H(m, at)); }
  [[gnu::always_inline]] inline void Emit(int64_t m, Vec v, int64_t at = 0) const {
    Store(h_next + m * stride + at, v);
    if (out != nullptr && left > at) StoreFirst(out + m * out_stride + at, v, left - at);
  }

  // The first vector, where `plain`.
  [[gnu::always_inline]] inline void EmitWhole(int64_t m, Vec v) const {
    Store(h_next + m * stride, v);
    Store(out + m * out_stride, v);
  }

  const float* const h;
  float* const h_next;
  float* const out;             // or null
  const uint8_t* const counts;  // or null
  const int64_t stride, out_stride, counts_stride;
  const int64_t left;  // units from the first one to the last
  const bool traced;
  const bool plain;  // every row counts and is written, all of the first vector
};

// What the steps of all cells have in common.
struct StepJob {
  const CellStep& s;

  [[gnu::always_inline]] inline float* Projected(int64_t panel, int64_t row) const {
    return s.projected + panel * s.panel_stride + row * s.cell->width();
  }
  [[gnu::always_inline]] inline SumsFrom FromProjected(int64_t panel, int64_t row) const {
    return {Projected(panel, row), s.cell->width()};
  }
  // Rows of the output lie a whole sequence apart, and each is written for the first time.
  template <int M>
  [[gnu::always_inline]] inline void ReadAhead(int64_t panel, int64_t row) const {
    if (s.out == nullptr) return;
    const float* const out = s.out + row * s.out_stride + panel * s.cell->unit_panel;
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) __builtin_prefetch(out + m * s.out_stride, 1);
  }
  template <int N>
  [[gnu::always_inline]] inline void Trace(int64_t row, int64_t unit, const Vec (&values)[N]) const {
    const int64_t n = s.cell->units - unit;
    if (n <= 0) return;
    for (int k = 0; k < N; ++k) StoreFirst(s.traces[k] + row * s.trace_stride + unit, values[k], n);
  }
};

// h' = act(x·K + b + h·R)
template <int V, class Activations>
struct SimpleRnnJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline SumsFrom Start(int64_t panel, int64_t row) const { return FromProjected(panel, row); }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][V]) const {
    const int64_t unit = panel * V * kLanes;
    const Place place(s, first, unit);
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const bool holds = place.Holds(m);
      activations.Inner(sum[m]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        if (holds) {
          place.Hold(m, v * kLanes);
          continue;
        }
        place.Emit(m, sum[m][v], v * kLanes);
        if (place.traced) Trace(first + m, unit + v * kLanes, {sum[m][v]});
      }
    }
  }
};

// i, f, o = rec(…), c' = f∘c + i∘act(…), h' = o∘act(c')
template <class Activations>
struct LstmJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline SumsFrom Start(int64_t panel, int64_t row) const {
    return s.x == nullptr ? FromProjected(panel, row) : SumsFrom{s.cell->bias.data() + panel * 4 * kLanes, 0};
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][4]) const {
    const int64_t unit = panel * kLanes;
    const Place place(s, first, unit);
    float* const states = s.c + first * s.stride + unit;
    Vec inner[M], c[M];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      Vec gates[3] = {sum[m][0], sum[m][1], sum[m][3]};
      activations.Gate(gates);
      sum[m][0] = gates[0];
      sum[m][1] = gates[1];
      sum[m][3] = gates[2];
      inner[m] = sum[m][2];
    }
    Inners(activations, inner);
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      sum[m][2] = inner[m];
      inner[m] = c[m] = InRegister(sum[m][1] * Load(states + m * place.stride)) + sum[m][0] * sum[m][2];
    }
    Inners(activations, inner);
    if (place.plain) {
#pragma GCC unroll 8
      for (int m = 0; m < M; ++m) {
        Store(states + m * place.stride, c[m]);
        place.EmitWhole(m, sum[m][3] * inner[m]);
      }
      return;
    }
    for (int m = 0; m < M; ++m) {
      if (place.Holds(m)) {
        place.Hold(m);
        continue;
      }
      const Vec h = sum[m][3] * inner[m];
      Store(states + m * place.stride, c[m]);
      place.Emit(m, h);
      if (place.traced) Trace(first + m, unit, {h, c[m], sum[m][0], sum[m][1], sum[m][2], sum[m][3]});
    }
  }
};

// z∘h + (1 − z)∘candidate, rounded the same wherever it stands.
[[gnu::always_inline]] inline Vec Between(Vec z, Vec h, Vec candidate) { return InRegister(z * h) + (Splat(1.0f) - z) * candidate; }

// z, r = rec(…), h' = z∘h + (1 − z)∘hh, hh = act(x·K + b + r∘(h·R + b'))
template <class Activations>
struct GruJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline SumsFrom Start(int64_t panel, int64_t) const {
    return {s.cell->recurrent_bias.data() + panel * 3 * kLanes, 0};
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][3]) const {
    const int64_t unit = panel * kLanes, width = s.cell->width();
    const Place place(s, first, unit);
    const float* const projected = Projected(panel, first);
    Vec candidate[M];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const float* x = projected + m * width;
      Vec gates[2] = {Load(x) + sum[m][0], Load(x + kLanes) + sum[m][1]};
      activations.Gate(gates);
      sum[m][0] = gates[0];
      sum[m][1] = gates[1];
      candidate[m] = Load(x + 2 * kLanes) + gates[1] * sum[m][2];
    }
    Inners(activations, candidate);
    if (place.plain) {
#pragma GCC unroll 8
      for (int m = 0; m < M; ++m) place.EmitWhole(m, Between(sum[m][0], place.H(m), candidate[m]));
      return;
    }
    for (int m = 0; m < M; ++m) {
      if (place.Holds(m)) {
        place.Hold(m);
        continue;
      }
      const Vec z = sum[m][0], r = sum[m][1];
      const Vec h = Between(z, place.H(m), candidate[m]);
      place.Emit(m, h);
      if (place.traced) Trace(first + m, unit, {h, z, r, candidate[m]});
    }
  }
};

// Without reset_after, first: z and r, and r∘h.
template <class Activations>
struct GruGatesJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline SumsFrom Start(int64_t panel, int64_t row) const { return FromProjected(panel, row); }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][2]) const {
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      float* to = Projected(panel, first + m);
      const int64_t at = (first + m) * s.stride + panel * kLanes;
      activations.Gate(sum[m]);
      Store(to, sum[m][0]);
      Store(to + kLanes, sum[m][1]);
      Store(s.reset + at, sum[m][1] * Load(s.h + at));
    }
  }
};

// Then: hh = act(x·K + b + (r∘h)·R).
template <class Activations>
struct GruCandidateJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline SumsFrom Start(int64_t panel, int64_t row) const {
    return {Projected(panel, row) + 2 * kLanes, s.cell->width()};
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][1]) const {
    const int64_t unit = panel * kLanes;
    const Place place(s, first, unit);
    Vec candidate[M];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) candidate[m] = sum[m][0];
    Inners(activations, candidate);
    for (int m = 0; m < M; ++m) {
      if (place.Holds(m)) {
        place.Hold(m);
        continue;
      }
      const float* gates = Projected(panel, first + m);
      const Vec z = Load(gates);
      const Vec h = Between(z, place.H(m), candidate[m]);
      place.Emit(m, h);
      if (place.traced) Trace(first + m, unit, {h, z, Load(gates + kLanes), candidate[m]});
    }
  }
};

template <int V, class Job>
void RunJob(const Job& job, const PackedMatrix& matrix, const float* a, int64_t first, int64_t end, bool backwards) {
  const CellStep& s = job.s;
  const Input input{s.x, s.x_stride, &s.cell->kernel};
  Product<V>(job, RowsOfA{a, 1, 0, s.rows, s.stride}, matrix, first, end, backwards, s.x == nullptr ? nullptr : &input);
}

template <class Activations>
void StepWith(const CellStep& s, int64_t first, int64_t end, bool backwards) {
  const PackedCell& cell = *s.cell;
  const Activations activations(*s.spec);
  switch (s.spec->cell) {
    case Cell::kSimpleRnn:
      if (cell.vectors == 1) return RunJob<1>(SimpleRnnJob<1, Activations>{{s}, activations}, cell.recurrent, s.h, first, end, backwards);
      if (cell.vectors == 2) return RunJob<2>(SimpleRnnJob<2, Activations>{{s}, activations}, cell.recurrent, s.h, first, end, backwards);
      return RunJob<4>(SimpleRnnJob<4, Activations>{{s}, activations}, cell.recurrent, s.h, first, end, backwards);
    case Cell::kLstm:
      return RunJob<4>(LstmJob<Activations>{{s}, activations}, cell.recurrent, s.h, first, end, backwards);
    case Cell::kGru:
      if (s.spec->reset_after) return RunJob<3>(GruJob<Activations>{{s}, activations}, cell.recurrent, s.h, first, end, backwards);
      return RunJob<1>(GruCandidateJob<Activations>{{s}, activations}, cell.candidate, s.reset, first, end, backwards);
  }
}

inline bool Usual(const RecurrentSpec& spec) {
  return spec.activation == Activation::kTanh && (spec.cell == Cell::kSimpleRnn || spec.recurrent_activation == Activation::kSigmoid);
}

inline void Step(const CellStep& s, int64_t first, int64_t end, bool backwards) {
  return Usual(*s.spec) ? StepWith<UsualActivations>(s, first, end, backwards) : StepWith<AnyActivations>(s, first, end, backwards);
}

inline void GruGates(const CellStep& s, int64_t first, int64_t end, bool backwards) {
  const PackedMatrix& matrix = s.cell->recurrent;
  if (Usual(*s.spec)) return RunJob<2>(GruGatesJob<UsualActivations>{{s}, UsualActivations(*s.spec)}, matrix, s.h, first, end, backwards);
  RunJob<2>(GruGatesJob<AnyActivations>{{s}, AnyActivations(*s.spec)}, matrix, s.h, first, end, backwards);
}

}  // namespace UNROLL_TARGET
}  // namespace unroll

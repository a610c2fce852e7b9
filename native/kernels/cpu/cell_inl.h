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
  [[gnu::always_inline]] inline void Start(int64_t panel, int64_t, Vec (&sum)[V]) const {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sum[v] = Load(p.bias + (panel * V + v) * kLanes);
  }
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
  const bool steps_last = Filled(p.steps, RowsOf(V)) > Filled(p.rows, RowsOf(V));
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
  [[gnu::always_inline]] inline Vec Inner(Vec x) const { return Tanh(x); }
  [[gnu::always_inline]] inline Vec Gate(Vec x) const { return Sigmoid(x); }
};
struct AnyActivations {
  explicit AnyActivations(const RecurrentSpec& s) : spec(s) {}
  [[gnu::always_inline]] inline Vec Inner(Vec x) const { return Apply(spec.activation, x); }
  [[gnu::always_inline]] inline Vec Gate(Vec x) const { return Apply(spec.recurrent_activation, x); }
  const RecurrentSpec& spec;
};

// What the steps of all cells have in common. Unit: the first of a vector.
struct StepJob {
  const CellStep& s;

  [[gnu::always_inline]] inline float* Projected(int64_t panel, int64_t row) const {
    return s.projected + panel * s.panel_stride + row * s.cell->width();
  }
  [[gnu::always_inline]] inline bool Holds(int64_t row) const { return s.counts != nullptr && s.counts[row * s.counts_stride] == 0; }
  [[gnu::always_inline]] inline void Hold(int64_t row, int64_t unit) const {
    Store(s.h_next + row * s.stride + unit, Load(s.h + row * s.stride + unit));
  }
  [[gnu::always_inline]] inline void Emit(int64_t row, int64_t unit, Vec h) const {
    Store(s.h_next + row * s.stride + unit, h);
    const int64_t n = s.cell->units - unit;
    if (s.out != nullptr && n > 0) StoreFirst(s.out + row * s.out_stride + unit, h, n);
  }
  template <int N>
  [[gnu::always_inline]] inline void Trace(int64_t row, int64_t unit, const Vec (&values)[N]) const {
    if (!s.traced) return;
    const int64_t n = s.cell->units - unit;
    if (n <= 0) return;
    for (int k = 0; k < N; ++k) StoreFirst(s.traces[k] + row * s.trace_stride + unit, values[k], n);
  }
};

// h' = act(x·K + b + h·R)
template <int V, class Activations>
struct SimpleRnnJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline void Start(int64_t panel, int64_t row, Vec (&sum)[V]) const {
    const float* from = Projected(panel, row);
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sum[v] = Load(from + v * kLanes);
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][V]) const {
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const int64_t row = first + m;
      const bool holds = Holds(row);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        const int64_t unit = (panel * V + v) * kLanes;
        if (holds) {
          Hold(row, unit);
          continue;
        }
        const Vec values[1] = {activations.Inner(sum[m][v])};
        Emit(row, unit, values[0]);
        Trace(row, unit, values);
      }
    }
  }
};

// i, f, o = rec(…), c' = f∘c + i∘act(…), h' = o∘act(c')
template <class Activations>
struct LstmJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline void Start(int64_t panel, int64_t row, Vec (&sum)[4]) const {
    const float* from = Projected(panel, row);
#pragma GCC unroll 8
    for (int v = 0; v < 4; ++v) sum[v] = Load(from + v * kLanes);
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][4]) const {
    const int64_t unit = panel * kLanes;
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
      for (int v = 0; v < 4; ++v) sum[m][v] = v == 2 ? activations.Inner(sum[m][v]) : activations.Gate(sum[m][v]);
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const int64_t row = first + m;
      if (Holds(row)) {
        Hold(row, unit);
        continue;
      }
      const Vec i = sum[m][0], f = sum[m][1], g = sum[m][2], o = sum[m][3];
      float* state = s.c + row * s.stride + unit;
      const Vec c = f * Load(state) + i * g;
      const Vec h = o * activations.Inner(c);
      Store(state, c);
      Emit(row, unit, h);
      Trace(row, unit, {h, c, i, f, g, o});
    }
  }
};

// z, r = rec(…), h' = z∘h + (1 − z)∘hh, hh = act(x·K + b + r∘(h·R + b'))
template <class Activations>
struct GruJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline void Start(int64_t panel, int64_t, Vec (&sum)[3]) const {
    const float* from = s.cell->recurrent_bias.data() + panel * 3 * kLanes;
#pragma GCC unroll 8
    for (int v = 0; v < 3; ++v) sum[v] = Load(from + v * kLanes);
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][3]) const {
    const int64_t unit = panel * kLanes;
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const float* x = Projected(panel, first + m);
      sum[m][0] = activations.Gate(Load(x) + sum[m][0]);
      sum[m][1] = activations.Gate(Load(x + kLanes) + sum[m][1]);
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const int64_t row = first + m;
      if (Holds(row)) {
        Hold(row, unit);
        continue;
      }
      const Vec z = sum[m][0], r = sum[m][1];
      const Vec candidate = activations.Inner(Load(Projected(panel, row) + 2 * kLanes) + r * sum[m][2]);
      const Vec h = z * Load(s.h + row * s.stride + unit) + (Splat(1.0f) - z) * candidate;
      Emit(row, unit, h);
      Trace(row, unit, {h, z, r, candidate});
    }
  }
};

// Without reset_after, first: z and r, and r∘h.
template <class Activations>
struct GruGatesJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline void Start(int64_t panel, int64_t row, Vec (&sum)[2]) const {
    const float* from = Projected(panel, row);
    sum[0] = Load(from);
    sum[1] = Load(from + kLanes);
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][2]) const {
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      float* to = Projected(panel, first + m);
      const int64_t at = (first + m) * s.stride + panel * kLanes;
      const Vec r = activations.Gate(sum[m][1]);
      Store(to, activations.Gate(sum[m][0]));
      Store(to + kLanes, r);
      Store(s.reset + at, r * Load(s.h + at));
    }
  }
};

// Then: hh = act(x·K + b + (r∘h)·R).
template <class Activations>
struct GruCandidateJob : StepJob {
  Activations activations;

  [[gnu::always_inline]] inline void Start(int64_t panel, int64_t row, Vec (&sum)[1]) const {
    sum[0] = Load(Projected(panel, row) + 2 * kLanes);
  }
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t first, Vec (&sum)[M][1]) const {
    const int64_t unit = panel * kLanes;
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const int64_t row = first + m;
      if (Holds(row)) {
        Hold(row, unit);
        continue;
      }
      const float* gates = Projected(panel, row);
      const Vec z = Load(gates), candidate = activations.Inner(sum[m][0]);
      const Vec h = z * Load(s.h + row * s.stride + unit) + (Splat(1.0f) - z) * candidate;
      Emit(row, unit, h);
      Trace(row, unit, {h, z, Load(gates + kLanes), candidate});
    }
  }
};

template <int V, class Job>
void RunJob(const Job& job, const PackedMatrix& matrix, const float* a, int64_t first, int64_t end, bool backwards) {
  const CellStep& s = job.s;
  Product<V>(job, RowsOfA{a, 1, 0, s.rows, s.stride}, matrix, first, end, backwards);
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

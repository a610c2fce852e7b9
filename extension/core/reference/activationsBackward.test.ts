/** Each derivative against finite differences of the reference. */
import assert from "node:assert/strict";
import { activate } from "./activations.js";
import { activateBackward } from "./activationsBackward.js";

const EPSILON = 1e-6;
const scalars = (
  "linear relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign tanh hard_tanh sigmoid hard_sigmoid hard_sigmoid_keras2 " +
  "hard_silu log_sigmoid exponential tanh_shrink soft_shrink hard_shrink squareplus sparse_plus sparse_sigmoid threshold"
).split(" ");
// None lies on a kink.
const points = [-7.3, -3.2, -2.7, -1.4, -0.7, -0.3, 0.2, 0.4, 0.8, 1.3, 2.4, 2.8, 4.1, 6.4];

describe("Derivatives of the activations", () => {
  for (const name of [...scalars, "softmax", "log_softmax", "sparsemax"]) {
    it(`${name} agrees with finite differences`, () => {
      const weights = points.map((_, i) => Math.sin(i + 1));
      const value = (x: Float64Array): number => {
        const y = x.slice();
        activate(name, y, 0, y.length);
        return y.reduce((sum, v, i) => sum + v * (weights[i] as number), 0);
      };
      const gradient = Float64Array.from(weights);
      activateBackward(name, Float64Array.from(points), gradient, 0, points.length);
      gradient.forEach((g, i) => {
        const [up, down] = [Float64Array.from(points), Float64Array.from(points)];
        up[i] = (up[i] as number) + EPSILON;
        down[i] = (down[i] as number) - EPSILON;
        const expected = (value(up) - value(down)) / (2 * EPSILON);
        assert.ok(Math.abs(g - expected) <= 1e-6 * (1 + Math.abs(expected)), `${i}: ${g}, expected ${expected}`);
      });
    });
  }

  it("takes TensorFlow's side of a kink, and keeps NaN", () => {
    const at = (name: string, x: number): number => {
      const gradient = Float64Array.of(1);
      activateBackward(name, Float64Array.of(x), gradient, 0, 1);
      return gradient[0] as number;
    };
    assert.deepEqual([at("relu", 0), at("relu6", 6), at("hard_tanh", 1), at("leaky_relu", 0)], [0, 0, 1, 0.2]);
    assert.ok(Number.isNaN(at("relu", NaN)) && Number.isNaN(at("hard_sigmoid", NaN)));
  });
});

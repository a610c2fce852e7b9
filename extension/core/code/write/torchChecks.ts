/** What PyTorch's own modules compute, and refusals of everything else. */
import { failure } from "../../errors.js";
import { type BidirectionalSpec, directionsOf, type LayerSpec, type ModelSpec, type RecurrentSpec } from "../../model/spec.js";
import { cannot, notStateful } from "./code.js";

/** As a module, and as an expression of `x` with the module's own spelling where there is one. */
export const torchActivations: Readonly<Record<string, { readonly module: string | null; readonly of: (x: string) => string }>> = {
  relu: { module: "nn.ReLU()", of: (x) => `torch.relu(${x})` },
  relu6: { module: "nn.ReLU6()", of: (x) => `F.relu6(${x})` },
  leaky_relu: { module: "nn.LeakyReLU(0.2)", of: (x) => `F.leaky_relu(${x}, 0.2)` },
  elu: { module: "nn.ELU()", of: (x) => `F.elu(${x})` },
  selu: { module: "nn.SELU()", of: (x) => `F.selu(${x})` },
  celu: { module: "nn.CELU()", of: (x) => `F.celu(${x})` },
  gelu: { module: "nn.GELU()", of: (x) => `F.gelu(${x})` },
  silu: { module: "nn.SiLU()", of: (x) => `F.silu(${x})` },
  mish: { module: "nn.Mish()", of: (x) => `F.mish(${x})` },
  softplus: { module: "nn.Softplus()", of: (x) => `F.softplus(${x})` },
  softsign: { module: "nn.Softsign()", of: (x) => `F.softsign(${x})` },
  tanh: { module: "nn.Tanh()", of: (x) => `torch.tanh(${x})` },
  hard_tanh: { module: "nn.Hardtanh()", of: (x) => `F.hardtanh(${x})` },
  sigmoid: { module: "nn.Sigmoid()", of: (x) => `torch.sigmoid(${x})` },
  hard_sigmoid: { module: "nn.Hardsigmoid()", of: (x) => `F.hardsigmoid(${x})` },
  hard_silu: { module: "nn.Hardswish()", of: (x) => `F.hardswish(${x})` },
  log_sigmoid: { module: "nn.LogSigmoid()", of: (x) => `F.logsigmoid(${x})` },
  exponential: { module: null, of: (x) => `torch.exp(${x})` },
  softmax: { module: "nn.Softmax(dim=-1)", of: (x) => `F.softmax(${x}, dim=-1)` },
  log_softmax: { module: "nn.LogSoftmax(dim=-1)", of: (x) => `F.log_softmax(${x}, dim=-1)` },
  tanh_shrink: { module: "nn.Tanhshrink()", of: (x) => `F.tanhshrink(${x})` },
  soft_shrink: { module: "nn.Softshrink()", of: (x) => `F.softshrink(${x})` },
  hard_shrink: { module: "nn.Hardshrink()", of: (x) => `F.hardshrink(${x})` },
};

/** Throws CannotSay for what PyTorch's modules do not compute. */
export function checkTorchLayer(layer: LayerSpec, model: ModelSpec): void {
  const name = layer.name;
  const what = layer.className === "Masking" ? "Masking" : layer.className === "Embedding" && layer.maskZero ? "mask_zero" : null;
  if (what !== null && model.layers.some((other) => directionsOf(other).length > 0)) {
    cannot(
      failure(
        "UNSUPPORTED",
        "{layer}: PyTorch's recurrent layers take no mask, so {what} cannot be written. Write Keras or NumPy code, or take it out.",
        { layer: name, what },
      ),
    );
  }
  const activation = "activation" in layer && directionsOf(layer).length === 0 ? layer.activation : "linear";
  if (activation !== "linear" && !Object.hasOwn(torchActivations, activation)) {
    cannot(
      failure("UNSUPPORTED", "{layer}: PyTorch has no activation “{activation}”. Choose another one, or write Keras or NumPy code.", {
        layer: name,
        activation,
      }),
    );
  }
  if (layer.className === "RNN" && layer.cells.length > 1 && layer.cells[0]?.returnState === true) {
    cannot(
      failure(
        "UNSUPPORTED",
        "{layer}: return_state of several cells cannot be written for PyTorch. Turn it off, or stack one layer a cell.",
        { layer: name },
      ),
    );
  }
  notStateful(layer);
  if (layer.className === "Bidirectional") checkDirections(layer);
  for (const direction of directionsOf(layer)) checkCell(direction, layer.name);
}

function checkDirections(layer: BidirectionalSpec): void {
  const { layer: forward, backward, name } = layer;
  if (layer.mergeMode === null) {
    cannot(
      failure("UNSUPPORTED", "{layer}: merge_mode None cannot be written for PyTorch. Choose concat, sum, mul or ave.", { layer: name }),
    );
  }
  if (forward.goBackwards) {
    cannot(
      failure(
        "UNSUPPORTED",
        "{layer}: go_backwards inside a Bidirectional cannot be written for PyTorch. Turn it off: it reads both ways anyway.",
        { layer: name },
      ),
    );
  }
  const alike = (["className", "units", "useBias", "activation"] as const).every((key) => forward[key] === backward[key]);
  if (alike) return;
  cannot(
    failure(
      "UNSUPPORTED",
      "{layer}: in PyTorch both directions are alike, and backward_layer differs. Leave it out, or write Keras or NumPy code.",
      { layer: name },
    ),
  );
}

function checkCell(cell: RecurrentSpec, layer: string): void {
  const fixed = (key: string, byDefault: string, got: string): void => {
    if (got === byDefault) return;
    const args = { layer, module: cell.className, key, byDefault, got };
    cannot(
      failure(
        "UNSUPPORTED",
        "{layer}: PyTorch's {module} computes with {key} {byDefault}, not {got}. Change it, or write Keras or NumPy code.",
        args,
      ),
    );
  };
  fixed("activation", cell.className === "SimpleRNN" && cell.activation === "relu" ? "relu" : "tanh", cell.activation);
  if (cell.className !== "SimpleRNN") fixed("recurrent_activation", "sigmoid", cell.recurrentActivation);
  if (cell.className === "GRU") fixed("reset_after", "True", cell.resetAfter ? "True" : "False");
  if (cell.recurrentDropout > 0) {
    cannot(failure("UNSUPPORTED", "{layer}: PyTorch has no recurrent_dropout. Set it to 0: a run does not use it.", { layer }));
  }
}

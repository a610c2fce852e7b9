/** The questions behind the preview: windows, columns, missing values, scale. Each gives the changed reading. */
import { type Message, msg } from "../../core/messages.js";
import { columnNames } from "../../core/reading/columns.js";
import { type MissingPolicy, missingPolicies, type Reading, type Scaling, type Target } from "../../core/reading/reading.js";
import { shapeOf, type Written } from "../../core/reading/shapeOf.js";
import { type Answer, askText, back, pickMany, pickOne } from "../quickSteps.js";
import { word } from "../words.js";

/** What is read, for the questions about it. */
export interface Read {
  readonly written: Written;
  readonly reading: Reading;
  readonly target: Target;
}

const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

export async function askWindow({ written, reading, target }: Read): Promise<Answer<Reading>> {
  const title = word(msg("Sliding window"));
  const whole = shapeOf(written, { ...reading, window: null }, target);
  const steps = whole.ok ? (whole.value[1] ?? 1) : 1;
  const refusal = (length: number, stride: number): string | null => {
    const shape = shapeOf(written, { ...reading, window: { length, stride } }, target);
    return shape.ok ? null : word(shape.error.message);
  };
  const refuse = (text: string, of: (value: number) => string | null): string | null => {
    const value = wholeNumber(text);
    return value === null ? word(msg("A whole number.")) : of(value);
  };
  for (;;) {
    const length = await askText({
      title,
      prompt: word(msg("Time steps in each window, 1 to {steps}. Empty: no windows.", { steps })),
      value: String(reading.window?.length ?? Math.min(steps, Math.max(1, Math.round(steps / 2)))),
      back: true,
      refuse: (text) => (text === "" ? null : refuse(text, (value) => refusal(value, value))),
    });
    if (length === undefined || length === back) return length;
    if (length === "") return { ...reading, window: null };
    const stride = await askText({
      title,
      prompt: word(msg("Time steps from the start of one window to the next")),
      value: String(reading.window?.stride ?? 1),
      back: true,
      refuse: (text) => refuse(text, (value) => refusal(Number(length), value)),
    });
    if (stride === undefined) return undefined;
    if (stride !== back) return { ...reading, window: { length: Number(length), stride: Number(stride) } };
  }
}

export async function askColumns({ written, reading }: Read): Promise<Answer<Reading>> {
  const names = columnNames(written);
  const items = names.map((name) => ({ label: name, value: name }));
  const step = { title: word(msg("Which columns?")), placeholder: word(msg("Each column is a feature.")), back: true };
  const chosen = await pickMany(items, step, (name) => reading.columns?.includes(name) ?? true);
  if (chosen === undefined || chosen === back) return chosen;
  return { ...reading, columns: chosen.length === 0 || chosen.length === names.length ? null : chosen };
}

const policies: Readonly<Record<MissingPolicy, { readonly label: Message; readonly detail: Message }>> = {
  error: { label: msg("Refuse"), detail: msg("The first one is marked in the editor.") },
  zero: { label: msg("Read as 0"), detail: msg("The model sees a value like any other.") },
  mask: { label: msg("Mask the time step"), detail: msg("The layers leave the whole time step out and keep their states.") },
  forwardFill: { label: msg("Repeat the value before"), detail: msg("Along the time steps, by feature; 0 where nothing stands before.") },
};

export const policyText = (policy: MissingPolicy): string => word(policies[policy].label);

export async function askMissing(reading: Reading, withBack = true): Promise<Answer<Reading>> {
  const offered = withBack ? missingPolicies : missingPolicies.filter((policy) => policy !== "error");
  const items = offered.map((policy) => ({ label: policyText(policy), detail: word(policies[policy].detail), value: policy }));
  const step = {
    title: word(msg("What stands for a missing value?")),
    placeholder: word(msg("Empty cells, None, NA and nan")),
    back: withBack,
  };
  const missing = await pickOne(items, step, reading.missing);
  return missing === undefined || missing === back ? missing : { ...reading, missing };
}

export function scalingText({ scaling, fitPercent }: Pick<Reading, "scaling" | "fitPercent">): string {
  if (scaling === "none") return word(msg("None"));
  const percent = fitPercent;
  if (scaling === "zScore")
    return percent === 100 ? word(msg("z-score, all rows")) : word(msg("z-score, first {percent} % of the rows", { percent }));
  return percent === 100 ? word(msg("0–1, all rows")) : word(msg("0–1, first {percent} % of the rows", { percent }));
}

export async function askScaling(reading: Reading): Promise<Answer<Reading>> {
  const title = word(msg("Scaling, by feature"));
  const zScore = word(msg("Mean 0 and deviation 1"));
  const minMax = word(msg("Least value 0, largest 1"));
  const item = (
    scaling: Scaling,
    fitPercent: number,
    description: string,
  ): { label: string; description: string; value: [Scaling, number] } => ({
    label: scalingText({ scaling, fitPercent }),
    description,
    value: [scaling, fitPercent],
  });
  const part = reading.fitPercent < 100 ? reading.fitPercent : 80;
  const items = [
    item("none", 100, ""),
    item("zScore", 100, zScore),
    item("zScore", part, zScore),
    item("minMax", 100, minMax),
    item("minMax", part, minMax),
  ];
  const active = items.find(
    ({ value: [scaling, percent] }) => scaling === reading.scaling && (scaling === "none" || percent === reading.fitPercent),
  );
  for (;;) {
    const placeholder = word(msg("Fit it on the training rows only, if the rest is for testing."));
    const picked = await pickOne(items, { title, placeholder, back: true }, active?.value);
    if (picked === undefined || picked === back) return picked;
    const [scaling, percent] = picked;
    if (percent === 100) return { ...reading, scaling, fitPercent: 100 };
    const fit = await askText({
      title,
      prompt: word(msg("Training rows: the first so many percent, 1 to 100")),
      value: String(percent),
      back: true,
      refuse: (text) =>
        Number(text) >= 1 && wholeNumber(text) !== null && Number(text) <= 100 ? null : word(msg("A whole number from 1 to 100.")),
    });
    if (fit === undefined) return undefined;
    if (fit !== back) return { ...reading, scaling, fitPercent: Number(fit) };
  }
}

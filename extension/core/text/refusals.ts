/** The errors that several readers share, each with what was expected, what came and the fix. */
import { msg } from "../messages.js";
import { quote, Refusal } from "./selection.js";

/** What the errors need to know of where they are. */
export interface Place {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const found = (at: Place): { found: string } => ({ found: quote(at.text, at.start, at.end) });

export function missingValue(at: Place): Refusal {
  const words =
    at.text.slice(at.start, at.end).trim() === "" || at.end - at.start === 0
      ? msg("A value is missing here: a number is expected in every place. Fill it in, or leave its row out.")
      : msg("“{found}” is a missing value: a number is expected in every place. Fill it in, or leave its row out.", found(at));
  return new Refusal("missing-value", words, at.start, at.end);
}

export function nonFinite(at: Place): Refusal {
  return new Refusal(
    "non-finite",
    msg("“{found}” is not a finite number: one bad value makes every later time step NaN. Replace it, or leave its row out.", found(at)),
    at.start,
    at.end,
  );
}

export function tooLargeForFloat(at: Place): Refusal {
  return new Refusal(
    "non-finite",
    msg("“{found}” is beyond the range of float32 (±3.4e38) and would become infinite. Scale the values down.", found(at)),
    at.start,
    at.end,
  );
}

export function notNumeric(at: Place): Refusal {
  return new Refusal(
    "not-numeric",
    msg(
      "“{found}” is not a number; only plain numbers such as -1.5 or 2e-3 can be read. Replace it with its value, or select only numbers.",
      found(at),
    ),
    at.start,
    at.end,
  );
}

export function truncated(at: Place): Refusal {
  return new Refusal(
    "truncated",
    msg(
      "“{found}” stands for numbers that were left out when this was printed; all of them are expected. Print the whole array (np.set_printoptions(threshold=sys.maxsize)) and select that.",
      found(at),
    ),
    at.start,
    at.end,
  );
}

export function notAnArray(at: Place): Refusal {
  return new Refusal(
    "not-an-array",
    msg("“{found}” is not an array of numbers; one such as [[1, 2], [3, 4]] is expected. Select only the numbers.", found(at)),
    at.start,
    at.end,
  );
}

export function trailingCode(at: Place): Refusal {
  return new Refusal(
    "trailing-code",
    msg("“{found}” follows the array and would change or add to it; code is not run. Select only the array.", found(at)),
    at.start,
    at.end,
  );
}

export function missingComma(at: Place): Refusal {
  return new Refusal(
    "not-numeric",
    msg(
      "Between the numbers before “{found}” a comma is missing, or this is arithmetic, which is not run. Separate all numbers the same way.",
      found(at),
    ),
    at.start,
    at.end,
  );
}

export function unclosed(at: Place, closer: number): Refusal {
  return new Refusal(
    "unbalanced",
    msg("“{bracket}” is opened here and never closed. Select up to its “{closer}” as well.", {
      bracket: at.text.charAt(at.start),
      closer: String.fromCharCode(closer),
    }),
    at.start,
    at.end,
  );
}

/** opener: the bracket that is open where the closing one stands, or null. */
export function wrongCloser(at: Place, opener: { sign: string; closer: number } | null): Refusal {
  const closer = at.text.charAt(at.start);
  const words =
    opener === null
      ? msg("“{closer}” closes a bracket that is not in the selection. Select from its opening bracket on.", { closer })
      : msg("“{closer}” closes “{bracket}”; “{expected}” is expected. Correct the bracket.", {
          closer,
          bracket: opener.sign,
          expected: String.fromCharCode(opener.closer),
        });
  return new Refusal("unbalanced", words, at.start, at.end);
}

export function tooDeep(at: Place, most: number): Refusal {
  return new Refusal(
    "too-deep",
    msg("The brackets are nested deeper than {most} levels; an array of up to 3 levels is expected. Select only the numbers.", { most }),
    at.start,
    at.end,
  );
}

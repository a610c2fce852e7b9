/** The signature: one square a time step, full where its value is passed on, hollow where it is computed and not returned. */

export type Square = "on" | "gone" | "etc" | "goneEtc";

/** More steps than this are shortened: two squares, dots, one square. */
const MAX_SHOWN = 6;
const SHORTENED = 4;

/**
 * @param steps time steps; null: only the data knows, drawn as many
 * @param last only the last step is returned
 */
export function squares(steps: number | null, last: boolean): readonly Square[] {
  const many = steps === null || steps > MAX_SHOWN;
  const shown = many ? SHORTENED : Math.max(1, steps);
  return Array.from({ length: shown }, (_, i): Square => {
    const gone = last && i < shown - 1;
    if (many && i === shown - 2) return gone ? "goneEtc" : "etc";
    return gone ? "gone" : "on";
  });
}

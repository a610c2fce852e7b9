/** The layer as one cell that reads its own state: the same weights at every step, with the values of the step at the cursor. */
import { svg, type SVGTemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { subscript } from "../numbers.js";

export interface RolledProps {
  readonly kind: string;
  readonly step: number;
  readonly before: number | null;
  readonly recurrent: boolean;
  /** Draw the values that come out, and go in, from a top left corner on. */
  readonly out: (x: number, y: number) => SVGTemplateResult[];
  readonly into: (x: number, y: number) => SVGTemplateResult[];
  readonly rows: number;
  readonly inputs: number;
}

const CELL = { width: 72, height: 22 } as const;
const LEFT = 44;
const LOOP = 236;

export const ROLLED_WIDTH = LEFT + CELL.width + LOOP + 24;

export function rolledHeight({ rows, inputs }: Pick<RolledProps, "rows" | "inputs">): number {
  return 24 + (rows + inputs) * CELL.height + 22 + 36 + 22 + 22;
}

export function rolled(props: RolledProps): SVGTemplateResult {
  const { kind, step, before, rows, inputs } = props;
  const yCell = 24 + rows * CELL.height + 22;
  const yX = yCell + 36 + 22;
  const bottom = rolledHeight(props);
  const mid = LEFT + CELL.width / 2;
  const top = 24 + rows * CELL.height + 9;
  const right = LEFT + CELL.width;
  const line = (d: string): SVGTemplateResult => svg`<path class="arrow" d=${d}/>`;
  const name = before === null ? "0" : `h${subscript(before + 1)}`;
  return svg`<g class="step hot">
    <text class="name" x=${mid} y="17">h${subscript(step + 1)}</text>
    ${props.out(LEFT, 24)}
    ${line(`M${mid} ${yCell}V${top - 5}`)} ${line(`M${mid - 3} ${top}l3 -5l3 5`)}
    <rect class="cell" x=${LEFT} y=${yCell} width=${CELL.width} height="36" rx="6"/>
    <text class="kind" x=${mid} y=${yCell + 22}>${kind}</text>
    ${
      props.recurrent
        ? svg`${line(`M${right} ${yCell + 8}h16a8 8 0 0 1 8 8v4a8 8 0 0 1 -8 8h-14`)} ${line(`M${right + 7} ${yCell + 25}l-5 3l5 3`)}
          <text class="name note" x=${right + 36} y=${yCell + 24}>${name}</text>
          <text class="name note" x=${right + 36} y=${yCell + 40}>${t("the state of the step before")}</text>`
        : ""
    }
    ${inputs === 0 ? "" : svg`${line(`M${mid} ${yX - 2}V${yCell + 38}`)} ${line(`M${mid - 3} ${yCell + 43}l3 -5l3 5`)} ${props.into(LEFT, yX)}`}
    ${inputs === 0 ? "" : svg`<text class="name" x=${mid} y=${bottom - 8}>x${subscript(step + 1)}</text>`}
  </g>`;
}

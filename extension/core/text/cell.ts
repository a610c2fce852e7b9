/** What one cell of a table holds: a number, nothing, a marker of something missing, or text. */
import { meaningOf, type NumberReader, type WordMeaning } from "./number.js";

export type CellMeaning = WordMeaning | { readonly kind: "empty" | "text" };

/** The slow and complete reading of a cell; the fast one is NumberReader.read. */
export function readCell(text: string, start: number, end: number, reader: NumberReader, decimalComma: boolean): CellMeaning {
  if (start >= end) return { kind: "empty" };
  if (decimalComma) {
    const cell = text.slice(start, Math.min(end, start + 64)).replace(/^\u2212/, "-");
    if (/^[-+]?\d*,\d+(?:e[-+]?\d+)?$/i.test(cell) && end - start <= 64) return { kind: "number", value: Number(cell.replace(",", ".")) };
    if (/^[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/.test(cell))
      return { kind: "number", value: Number(cell.replace(/\./g, "").replace(",", ".")) };
  }
  const code = text.charCodeAt(start);
  if (((code >= 48 && code <= 57) || code === 45 || code === 43 || code === 46) && reader.read(start, end) && reader.end === end)
    return { kind: "number", value: reader.value };
  if (end - start > 64) return { kind: "text" };
  const cell = text.slice(start, end);
  if (code === 0x2212) {
    const value = /^\u2212[\d.]+(?:e[-+]?\d+)?$/i.test(cell) ? -Number(cell.slice(1)) : NaN;
    if (Number.isFinite(value)) return { kind: "number", value };
  }
  if (!decimalComma && /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(cell)) return { kind: "number", value: Number(cell.replace(/,/g, "")) };
  return meaningOf(cell.trim()) ?? { kind: "text" };
}

/** `$10`, `12 %`, `1 234`: a number that is written so that it is not read as one. */
export function isAmount(cell: string): boolean {
  const amount = /^[-+(]?[$€£¥₩]?\s?(?:\d{1,3}(?:[.,'\s]\d{3})+|\d+)(?:[.,]\d+)?\s?[%$€£¥₩]?\)?$/;
  return cell.length <= 64 && amount.test(cell) && !isDateLike(cell);
}

export function isDateLike(cell: string): boolean {
  return /^(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d{2})(?:[T :].*|)$/.test(cell.trim());
}

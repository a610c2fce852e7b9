/** "16", "16.5": as sizes and their limits are said in messages. */
export function mebibytes(bytes: number, digits = 1): string {
  return (bytes / 2 ** 20).toFixed(digits).replace(/\.0+$/, "");
}

/** Tells a source that may hold a model from all the others, cheaply: most Python files are never sent to the reader. */

/** Cells of a notebook need not import what they use, so a layer's name is enough. */
export function mentionsModels(source: string): boolean {
  return /keras|torch|RNN|LSTM|GRU|Sequential/.test(source);
}

/** Which kind of data file it is: by its name, and where that says nothing by its first bytes. */
export const dataFormats = ["npy", "npz", "safetensors", "parquet", "hdf5", "text"] as const;
export type DataFormat = (typeof dataFormats)[number];

const formats: Readonly<Record<string, DataFormat>> = {
  npy: "npy",
  npz: "npz",
  safetensors: "safetensors",
  parquet: "parquet",
  h5: "hdf5",
  hdf5: "hdf5",
};

/** Languages of the text reader, by the end of a file's name. */
const languages: Readonly<Record<string, string>> = {
  py: "python",
  json: "json",
  csv: "csv",
  tsv: "tsv",
  js: "javascript",
  md: "markdown",
  c: "c",
};

const extensionOf = (name: string): string => /\.([a-z\d]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";

const starts: readonly (readonly [DataFormat, readonly number[]])[] = [
  ["npy", [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ["npz", [0x50, 0x4b, 0x03, 0x04]],
  ["parquet", [0x50, 0x41, 0x52, 0x31]],
  ["hdf5", [0x89, 0x48, 0x44, 0x46]],
];

/** first: the file's first bytes. */
export function formatOf(name: string, first: Uint8Array): DataFormat {
  const named = formats[extensionOf(name)];
  return named ?? starts.find(([, magic]) => magic.every((byte, i) => first[i] === byte))?.[0] ?? "text";
}

/** undefined: the text says so itself. */
export function languageOfFile(name: string): string | undefined {
  return languages[extensionOf(name)];
}

/** Which calls only wrap the numbers between their brackets. */

/** The last name of a call that gives back its first argument as an array or number. */
const wrappers = new Set([
  "array",
  "asarray",
  "asanyarray",
  "ascontiguousarray",
  "asfarray",
  "tensor",
  "as_tensor",
  "constant",
  "Variable",
  "convert_to_tensor",
  "matrix",
  "mat",
  "Tensor",
  "FloatTensor",
  "DoubleTensor",
  "LongTensor",
  "IntTensor",
  "Parameter",
  "Array",
  "DeviceArray",
  "NDArray",
  "from_numpy",
  "list",
  "tuple",
  "Series",
  "DataFrame",
  "float",
  "int",
  "bool",
  "float16",
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float_",
  "int_",
  "bool_",
  "double",
  "single",
  "half",
  "longdouble",
  "bfloat16",
  "Float32Array",
  "Float64Array",
  "Int32Array",
  "Int16Array",
  "Int8Array",
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "tensor2d",
  "tensor3d",
  "tensor1d",
  "from",
  "print",
  "of_list",
  "Matrix",
  "List",
]);

const harmless = new Set([
  "astype",
  "float",
  "double",
  "copy",
  "clone",
  "to",
  "cuda",
  "cpu",
  "tolist",
  "numpy",
  "detach",
  "contiguous",
  "requires_grad_",
  "as_matrix",
  "to_numpy",
  "data",
  "half",
]);

/** "array": passes its first argument on. "list": its arguments are the elements, as of R's `c`. "none": it computes. */
export function callKind(name: string): "array" | "list" | "none" {
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (
    name === "c" ||
    name === "listOf" ||
    name === "arrayOf" ||
    last === "floatArrayOf" ||
    last === "doubleArrayOf" ||
    name === "Array.of" ||
    name === "List.of"
  )
    return "list";
  return wrappers.has(last) ? "array" : "none";
}

export function harmlessMethod(name: string): boolean {
  return harmless.has(name);
}

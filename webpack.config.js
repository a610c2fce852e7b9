/** Bundles: host, reader, engine, Node API and CLI for Node; designer and results for the webviews. */
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const webpack = require("webpack");
const MiniCssExtractPlugin = require("mini-css-extract-plugin");
const { version } = require("./package.json");
const { Notices } = require("./scripts/lib/notices.cjs");
const { equations } = require("./scripts/lib/equations.cjs");
const { gpuReports } = require("./scripts/lib/gpuReports.cjs");

const transpile = {
  test: /\.ts$/,
  loader: "ts-loader",
  options: {
    // `tsc -b` checks the types; here they are only dropped.
    transpileOnly: true,
    configFile: path.resolve(__dirname, "tsconfig.base.json"),
    compilerOptions: { module: "esnext", moduleResolution: "bundler", composite: false, declaration: false, sourceMap: true },
  },
};

/** @param {string} mode */
function common(mode) {
  return {
    mode,
    devtool: mode === "development" ? "source-map" : false,
    resolve: { extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } },
    performance: { hints: false },
    stats: "errors-warnings",
  };
}

/** Written even where nothing changed: what is older than its sources is built again. */
const output = { path: path.resolve(__dirname, "dist"), filename: "[name].js", compareBeforeEmit: false };

/** Lays the files of h5wasm beside the bundles, as modules of their own. */
class CopyHdf5 {
  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    compiler.hooks.afterEmit.tap("CopyHdf5", () => {
      const from = path.resolve(__dirname, "node_modules", "h5wasm", "dist", "node");
      const to = path.resolve(__dirname, "dist", "h5wasm");
      fs.mkdirSync(to, { recursive: true });
      for (const file of ["hdf5_hl.js", "hdf5_util.js"]) fs.copyFileSync(path.join(from, file), path.join(to, file));
      fs.writeFileSync(path.join(to, "package.json"), '{ "type": "module" }\n');
    });
  }
}

/** @param {string} mode */
function forNode(mode) {
  return {
    ...common(mode),
    name: "node",
    target: "node20",
    entry: {
      extension: "./extension/host/extension.ts",
      reader: "./extension/reader/main.ts",
      hdf5: "./extension/files/hdf5Thread.ts",
      engine: "./extension/engine/main.ts",
      node: "./extension/api/node.ts",
      cli: "./extension/api/cli.ts",
    },
    output: { ...output, chunkFilename: "[name].js", library: { type: "commonjs2" } },
    // h5wasm finds itself by import.meta, which only a module has: it is loaded as it is published.
    externals: { vscode: "commonjs vscode", "h5wasm/node": "import ./h5wasm/hdf5_hl.js" },
    module: { rules: [transpile] },
    // The files lie beside each other in dist, wherever that is.
    node: { __dirname: false, __filename: false },
    plugins: [
      new CopyHdf5(),
      // extension/core/build.ts
      new webpack.DefinePlugin({ UNROLL_BUILD: JSON.stringify({ version, gpus: gpuReports(__dirname) }) }),
      new Notices("node", ["h5wasm"]),
      new webpack.BannerPlugin({ banner: "#!/usr/bin/env node", raw: true, include: /^cli\.js$/ }),
    ],
  };
}

/** @param {string} mode */
function forWebviews(mode) {
  return {
    ...common(mode),
    name: "webviews",
    target: "web",
    entry: { designer: "./webview/designer/main.ts", results: "./webview/results/main.ts", tensor: "./webview/tensor/main.ts" },
    output,
    module: {
      rules: [transpile, { test: /\.css$/, use: [MiniCssExtractPlugin.loader, { loader: "css-loader", options: { url: false } }] }],
    },
    plugins: [
      new Notices("webviews"),
      new MiniCssExtractPlugin({ filename: "[name].css" }),
      // webview/results/equations.ts
      new webpack.DefinePlugin({ UNROLL_EQUATIONS: JSON.stringify(equations()) }),
    ],
  };
}

module.exports = (/** @type {unknown} */ _env, /** @type {{ mode?: string }} */ argv) => {
  const mode = argv.mode ?? "production";
  return [forNode(mode), forWebviews(mode)];
};

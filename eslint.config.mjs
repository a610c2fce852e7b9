// Lint: types checked by tsc, here what it does not see, and the rooms' walls.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** A room and the rooms that it must not reach into. */
const walls = {
  "extension/core": ["host", "client", "reader", "engine", "api", "webview", "files"],
  "extension/files": ["host", "client", "reader", "engine", "api", "webview"],
  "extension/client": ["host", "reader", "engine", "api", "webview", "files"],
  "extension/reader": ["host", "client", "engine", "api", "webview"],
  "extension/engine": ["host", "client", "reader", "api", "webview"],
  "extension/host": ["reader", "engine", "api", "webview", "files"],
  webview: ["host", "client", "reader", "engine", "api", "files"],
};

const wallRules = Object.entries(walls).map(([room, closed]) => ({
  files: [`${room}/**/*.ts`],
  ignores: ["**/*.test.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: closed.map((other) => `**/${other}/**`), message: "ARCHITECTURE.md: nothing points this way." },
          ...(room === "extension/core" || room === "webview" ? [{ regex: "^(node:|vscode$)", message: "Pure: no Node, no vscode." }] : []),
          ...(room !== "extension/host" ? [{ regex: "^vscode$", message: "Only the host knows vscode." }] : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      "node_modules/**",
      "out/**",
      "dist/**",
      "build*/**",
      ".vscode-test/**",
      ".vscode-env/**",
      "test/fixtures/**",
      "test-results/**",
      "**/node_modules/**",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      "max-lines": ["error", { max: 600 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 6],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-self-compare": "off",
    },
  },
  {
    files: ["**/*.test.ts", "test/**", "scripts/**"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.{js,cjs,mjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
        Buffer: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        fetch: "readonly",
        URL: "readonly",
        URLSearchParams: "readonly",
        document: "readonly",
        window: "readonly",
        getComputedStyle: "readonly",
        performance: "readonly",
        setImmediate: "readonly",
        AbortController: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  ...wallRules,
);

#!/usr/bin/env node
// Stands in for the desktop `code` executable when extension tests run: takes the command line that @vscode/test-electron uses,
// opens a real VS Code in headless Chromium, and gives the tests' verdict as exit code. UNROLL_RIG_VERBOSE=1 shows every step.
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { launch } from "./browser.mjs";
import { hostEnds, startServer } from "./server.mjs";

// The workbench's own log comes the same way as the tests' output.
const noise =
  /^(Resolv(ing|ed) connection token|Creating a socket|\[reconnection-grace-time\]|Updating additional builtin|\[Service Worker\]|\[AgentHost|\[AccountPolicyGate\]|Ignoring fetching additional builtin|Canceled: Canceled|No extension gallery service configured)/;
// The workbench reports code 0 when the extension host is lost (a crash, process.exit() in a test): this line tells.
const hostLost = /^\[remote-connection\]\[ExtensionHost\].*received socket close event/;

function readArguments(argv) {
  const options = { development: [] };
  const named = {
    extensionDevelopmentPath: (v) => options.development.push(v),
    extensionTestsPath: (v) => (options.tests = v),
    "user-data-dir": (v) => (options.userDataDir = path.resolve(v)),
    "extensions-dir": (v) => (options.extensionsDir = path.resolve(v)),
    locale: (v) => (options.locale = v),
  };
  for (let i = 0; i < argv.length; i++) {
    const match = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(argv[i]);
    if (match === null) options.open = path.resolve(argv[i]);
    else if (named[match[1]] !== undefined) named[match[1]](match[2] ?? argv[++i]);
  }
  return options;
}

/** The same URI has to name a file for the remote host. */
function testsFile(file) {
  try {
    return createRequire(import.meta.url).resolve(path.resolve(file));
  } catch {
    return path.resolve(file);
  }
}

function address(server, options) {
  const remote = (file) => `vscode-remote://${server.authority}${encodeURI(path.resolve(file))}`;
  const payload = [
    ...options.development.map((folder) => ["extensionDevelopmentPath", remote(folder)]),
    ["extensionTestsPath", remote(testsFile(options.tests))],
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
  ];
  const query = new URLSearchParams();
  if (options.open !== undefined) query.set("folder", options.open);
  else query.set("ew", "true");
  query.set("payload", JSON.stringify(payload));
  return `${server.base}/?${query}`;
}

const bad = (end) => end.code !== "0" || end.signal !== "null";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The verdict of the tests, whoever gives it first: the workbench, the server's log, the page, the clock. */
async function verdictOf(server, page, url, limitMs) {
  const seen = { lost: false, exiting: false };
  const verbose = process.env.UNROLL_RIG_VERBOSE === "1";
  let done;
  const verdict = new Promise((resolve) => (done = resolve));
  await page.exposeFunction("codeAutomationLog", (type, args) => {
    if (typeof args[0] === "string") {
      if (!seen.exiting && hostLost.test(args[0])) seen.lost = true;
      if (!verbose && (seen.lost || noise.test(args[0]))) return;
    }
    (console[type] ?? console.log)(...args);
  });
  await page.exposeFunction("codeAutomationExit", (code) => {
    seen.exiting = true;
    done({ code, why: "the tests ended" });
  });
  page.on("crash", () => done({ code: 70, why: "the workbench's page crashed" }));
  page.on("console", (message) => {
    if (verbose) console.error(`[page] ${message.text()}`);
    // Said once, by console.error alone; the workbench would then wait for ever.
    if (/No extension host found that can launch the test runner/.test(message.text())) done({ code: 1, why: message.text() });
  });
  await page.goto(url);
  const timer = setTimeout(() => done({ code: 124, why: `no verdict after ${limitMs} ms` }), limitMs);
  const watch = setInterval(() => {
    // The page itself may never notice.
    if (hostEnds(server.logFile).some(bad)) setTimeout(() => done({ code: 1, why: "the extension host ended" }), 1500);
  }, 250);
  const result = await verdict;
  clearTimeout(timer);
  clearInterval(watch);
  return { ...result, ...seen };
}

/** 0 only where the tests say so, the host was not lost, and it ended cleanly. */
async function run() {
  const options = readArguments(process.argv.slice(2));
  if (options.development.length === 0 || options.tests === undefined)
    throw new Error("only extension tests: --extensionDevelopmentPath= and --extensionTestsPath=");
  // What the host says in its last 300 ms is lost in a crash: the suite writes the test's name here before each test.
  const progress = path.join(os.tmpdir(), `unroll-progress-${process.pid}`);
  const server = await startServer({ ...options, env: { UNROLL_PROGRESS: progress }, args: ["--enable-smoke-test-driver"] });
  const { browser, page } = await launch();
  try {
    const limitMs = Number(process.env.UNROLL_RIG_TIMEOUT_MS ?? 600_000);
    const verdict = await verdictOf(server, page, address(server, options), limitMs);
    let { code } = verdict;
    if (code === 0) {
      for (let i = 0; i < 100 && hostEnds(server.logFile).length === 0; i++) await pause(50);
      const ends = hostEnds(server.logFile);
      if (verdict.lost || ends.length === 0 || ends.some(bad)) code = 1;
    }
    if (code !== 0) {
      console.error(
        `VS Code's stand-in: ${verdict.lost ? "the extension host went away before the tests were over" : verdict.why}; host ends: ${JSON.stringify(hostEnds(server.logFile))}`,
      );
      if (fs.existsSync(progress)) console.error(`the last test that began: ${fs.readFileSync(progress, "utf8")}`);
    }
    return code;
  } finally {
    fs.rmSync(progress, { force: true });
    await browser.close().catch(() => undefined);
    await server.stop();
  }
}

if (process.argv.includes("--version")) console.log("1.139.1\nstand-in\nx64");
else
  run().then(
    (code) => process.exit(code),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );

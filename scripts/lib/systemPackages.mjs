// The system packages that building and testing need: installed on Debian as root, elsewhere named.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";

/** Building the addon. */
const build = ["build-essential", "cmake"];
/** A real VS Code from npm (it compiles kerberos) in headless Chromium; without the fonts Korean is drawn as empty boxes. */
const workbench = ["ninja-build", "python3", "pkg-config", "libkrb5-dev", "libsecret-1-dev", "chromium", "fonts-nanum"];

function missing(packages) {
  return packages.filter((name) => {
    const status = spawnSync("dpkg-query", ["-W", "-f=${Status}", name], { encoding: "utf8" });
    return !status.stdout?.includes("install ok installed");
  });
}

const has = (command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;

/** @param {{ forWorkbench: boolean }} what */
export function ensureSystemPackages({ forWorkbench }) {
  const debian = fs.existsSync("/etc/debian_version") && has("apt-get");
  if (!debian) {
    const tools = ["c++", "cmake", ...(forWorkbench && process.platform === "linux" ? ["chromium"] : [])].filter((tool) => !has(tool));
    if (tools.length > 0)
      console.log(`Not found: ${tools.join(", ")}. Please install them (a C++17 compiler, CMake 3.20${forWorkbench ? ", Chromium" : ""}).`);
    return;
  }
  const wanted = missing([...build, ...(forWorkbench ? workbench : [])]);
  if (wanted.length === 0) return;
  if (process.getuid?.() !== 0) {
    console.log(`Missing system packages. As root: apt-get install ${wanted.join(" ")}`);
    return;
  }
  console.log(`installing ${wanted.join(" ")}`);
  const apt = (...args) =>
    execFileSync("apt-get", ["-o", "DPkg::Lock::Timeout=600", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", ...wanted);
}

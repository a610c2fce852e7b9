/** Where the project lies, seen from compiled tests: the folder with package.json. */
import * as fs from "node:fs";
import * as path from "node:path";

function find(from: string): string {
  return fs.existsSync(path.join(from, "package.json")) ? from : find(path.dirname(from));
}

export const root = find(__dirname);
export const fixtures = path.join(root, "test", "fixtures");

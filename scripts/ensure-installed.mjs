// Runs before every npm script, on whatever Node the machine has (20 or newer): installs the packages
// when they are missing or do not match the lock file. One of them is the Node that runs the hub.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const lock = createHash("sha256")
  .update(readFileSync(`${root}/package-lock.json`))
  .digest("hex");
const stamp = `${root}/node_modules/.installed-lock`;

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`zhian needs Node 20 or newer to install itself; this is ${process.version}`);
  process.exit(1);
}
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  console.error("zhian: installing packages (once, or after the lock file changed) …");
  // Not `npm ci`: it refuses a lock file without the binaries of platforms nobody here has.
  const { status } = spawnSync(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) {
    console.error("zhian: `npm install` failed; is the package registry reachable?");
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

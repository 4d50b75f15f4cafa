import { fork } from "node:child_process";
const c = fork("../broker-process.ts", ["/tmp/ours-sessions"], { execArgv: process.argv.slice(2) });
c.on("message", (m) => {
  if (m.ports) console.log("port", m.ports.tcp);
  else console.log(m.accepted, (m.rss / 1e6) | 0, m.figures.connections);
});
setInterval(() => c.send("figures"), 3000);

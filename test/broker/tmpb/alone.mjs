import { Aedes } from "aedes";
import net from "node:net";
const a = await Aedes.createBroker({ concurrency: 0 });
net.createServer(a.handle).listen(18831, "127.0.0.1", () => console.log("up"));

import net from "node:net";
import mp from "mqtt-packet";
const port = +process.argv[2],
  N = +process.argv[3] || 50,
  secs = 5,
  W = 20;
let acked = 0;
for (let i = 0; i < N; i++) {
  const s = net.connect(port, "127.0.0.1");
  let id = 1;
  const payload = Buffer.alloc(300, "x");
  const pub = [];
  for (let k = 1; k <= W; k++)
    pub.push(
      mp.generate({
        cmd: "publish",
        topic: `estates/e1/devices/door-${i % 7}/events`,
        payload,
        qos: 1,
        messageId: k,
      }),
    );
  s.write(
    mp.generate({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "gw-1." + i,
      keepalive: 60,
      username: "gw-1",
      password: Buffer.from("secret-1"),
    }),
  );
  let got = 0,
    conn = false;
  s.on("error", (e) => console.log(e.message));
  s.on("data", (d) => {
    let n = d.length;
    if (!conn) {
      n -= 4;
      conn = true;
      s.write(Buffer.concat(pub));
    }
    got += n;
    const k = Math.floor(got / 4);
    got -= k * 4;
    acked += k;
    if (k) {
      const out = [];
      for (let j = 0; j < k; j++) out.push(pub[j % W]);
      s.write(Buffer.concat(out));
    }
  });
}
setTimeout(() => {
  const a = acked;
  setTimeout(() => {
    console.log("acked/s", ((acked - a) / secs) | 0);
    process.exit();
  }, secs * 1000);
}, 1500);

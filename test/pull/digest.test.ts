import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { answerChallenge, readChallenge } from "../../src/pull/digest.ts";
import { passwordDigest } from "../../src/pull/onvif/username-token.ts";

const RFC_7616 = {
  realm: "http-auth@example.org",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
};
const request = { user: "Mufasa", password: "Circle of Life", method: "GET", uri: "/dir/index.html" };

const offer = (algorithm: string): string =>
  `Digest realm="${RFC_7616.realm}", qop="auth, auth-int", algorithm=${algorithm}, ` +
  `nonce="${RFC_7616.nonce}", opaque="${RFC_7616.opaque}"`;

/** The fields of an answer to the challenges in `headers`. */
function answer(
  headers: readonly string[],
  given: Partial<typeof request> = {},
  cnonce = "0a4f113b",
): Record<string, string> {
  const challenge = readChallenge(headers);
  if (!challenge) throw new Error("no challenge");
  const text = answerChallenge(challenge, { ...request, ...given }, cnonce);
  expect(text).toMatch(/^Digest /);
  const fields = text.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
  return Object.fromEntries([...fields].map(([, name = "", quoted, bare]) => [name, quoted ?? bare ?? ""]));
}

describe("digest answers", () => {
  test.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("RFC 7616, 3.9.1, with %s", (algorithm, response) => {
    expect(answer([offer(algorithm)], {}, RFC_7616.cnonce)).toEqual({
      username: "Mufasa",
      realm: RFC_7616.realm,
      nonce: RFC_7616.nonce,
      uri: "/dir/index.html",
      response,
      algorithm,
      qop: "auth",
      nc: "00000001",
      cnonce: RFC_7616.cnonce,
      opaque: RFC_7616.opaque,
    });
  });

  test("RFC 2617, 3.5: an algorithm that was not named is not named in the answer", () => {
    const header =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", ' +
      'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const fields = answer([header], { password: "Circle Of Life" });
    expect(fields["response"]).toBe("6629fae49393a05397450978507c4ef1");
    expect(fields).not.toHaveProperty("algorithm");
  });

  test("RFC 2069, 2.4 (as corrected by its erratum): without quality there is no count", () => {
    const header = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const fields = answer([header], { password: "CircleOfLife" });
    expect(fields["response"]).toBe("1949323746fe6a43ef61f9606e7febea");
    expect(Object.keys(fields)).toEqual(["username", "realm", "nonce", "uri", "response"]);
  });

  test("both offered, in two headers or in one: the stronger is answered", () => {
    expect(answer([offer("MD5"), offer("SHA-256")])["algorithm"]).toBe("SHA-256");
    expect(answer([`Basic realm="x", ${offer("MD5")}, ${offer("SHA-256")}`])["algorithm"]).toBe("SHA-256");
  });

  test("quotes and commas inside values are neither ends nor separators", () => {
    const fields = answer([String.raw`Digest realm="IP \"Camera\", 1", nonce="a,b=c", qop="auth"`], {
      user: String.raw`a"b\c`,
    });
    expect(fields).toMatchObject({
      realm: String.raw`IP \"Camera\", 1`,
      nonce: "a,b=c",
      username: String.raw`a\"b\\c`,
    });
  });

  test("names in another alphabet go as UTF-8; what the device wrote goes back, and is hashed, byte by byte", () => {
    const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
    const header = `Digest realm="${bytes("大华")}", nonce="n1"`;
    const fields = answer([header], { user: "管理员", password: "密码" });
    expect(fields).toMatchObject({ username: bytes("管理员"), realm: bytes("大华") });
    const md5 = (text: string): string => createHash("md5").update(text, "utf8").digest("hex");
    expect(fields["response"]).toBe(md5(`${md5("管理员:大华:密码")}:n1:${md5("GET:/dir/index.html")}`));
  });

  test.each(["a".repeat(4_096), "a-".repeat(2_048), `a${" ".repeat(2_000)}${"b".repeat(2_000)}`])(
    "a header that is made to be searched for long is not (%#)",
    (header) => {
      const began = performance.now();
      for (let times = 0; times < 20; times++) expect(readChallenge([header])).toBeUndefined();
      expect(performance.now() - began).toBeLessThan(400);
    },
  );

  test("as devices write it: no space, capitals, stale in capitals", () => {
    const header = 'digest QOP="auth", Realm="IP Camera(12345)",Nonce="4e7a",STALE="TRUE",Algorithm="MD5"';
    expect(readChallenge([header])).toMatchObject({ realm: "IP Camera(12345)", stale: true, qop: true });
  });

  test.each([
    ["only Basic", ['Basic realm="x"']],
    ["only auth-int", ['Digest realm="x", nonce="y", qop="auth-int"']],
    ["another algorithm", ['Digest realm="x", nonce="y", algorithm=SHA-512-256']],
    ["no nonce", ['Digest realm="x"']],
    ["nothing", []],
  ])("%s: nothing that is spoken here", (_what, headers) => {
    expect(readChallenge(headers)).toBeUndefined();
  });
});

test("the password digest of a UsernameToken, as in ONVIF's programmer's guide", () => {
  const nonce = Buffer.from("LKqI6G/AikKCQrN0zqZFlg==", "base64");
  expect(passwordDigest(nonce, "2010-09-16T07:50:45Z", "userpassword")).toBe("tuOSpGlFlIXsozq4HFNeeGeFLEI=");
});

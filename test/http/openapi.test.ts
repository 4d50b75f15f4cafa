import { afterAll, beforeAll, expect, test } from "vitest";
import { setStage, type Stage } from "./stage.ts";

let stage: Stage;
let document: OpenApi;

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: object }[];
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

beforeAll(async () => {
  stage = await setStage();
  document = (await stage.app.inject({ url: "/openapi.json" })).json();
});
afterAll(() => stage.app.close());

function operations(
  of: OpenApi,
): readonly (Operation & { readonly path: string; readonly method: string })[] {
  return Object.entries(of.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => Object.assign({ path, method }, operation)),
  );
}

/** Everything wrong with a document; the gate and its positive control share it. */
function faultsOf(of: OpenApi): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  for (const { path, method, operationId, summary, tags, responses, parameters = [] } of operations(of)) {
    const where = `${method} ${path}`;
    if (operationId === undefined) faults.push(`${where}: no operationId`);
    else if (ids.has(operationId)) faults.push(`${where}: operationId ${operationId} is not unique`);
    else ids.add(operationId);
    if (!summary) faults.push(`${where}: no summary`);
    if (!tags?.length) faults.push(`${where}: no tags`);
    for (const name of [...path.matchAll(/\{([^}]+)\}/g)].map(([, each]) => each)) {
      if (!parameters.some((each) => each.in === "path" && each.name === name)) {
        faults.push(`${where}: parameter ${name} is not described`);
      }
    }
    if (!Object.keys(responses).some((status) => status.startsWith("2")))
      faults.push(`${where}: no good answer`);
    for (const [status, { description, content }] of Object.entries(responses)) {
      if (!description) faults.push(`${where}: answer ${status} has no description`);
      if (status !== "204" && content === undefined) faults.push(`${where}: answer ${status} has no content`);
    }
  }
  for (const [, ref = ""] of JSON.stringify(of).matchAll(/"\$ref":"([^"]+)"/g)) {
    const target = ref
      .slice(2)
      .split("/")
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], of);
    if (!ref.startsWith("#/") || target === undefined) faults.push(`${ref} leads nowhere`);
  }
  return faults;
}

test("the document is well-formed", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(faultsOf(document)).toEqual([]);
});

test("positive control: planted faults are found", () => {
  const operation = {
    operationId: "twice",
    responses: { 200: { content: { a: { $ref: "#/components/schemas/No" } } } },
  };
  const planted: OpenApi = { ...document, paths: { "/x/{id}": { get: operation, put: operation } } };
  const faults = faultsOf(planted).join("\n");
  for (const words of [
    "leads nowhere",
    "not unique",
    "no summary",
    "no tags",
    "id is not described",
    "no description",
  ]) {
    expect(faults).toContain(words);
  }
});

test("every route of the server is in it", () => {
  const described = new Set(
    operations(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`),
  );
  const routes = stage.routes.filter(({ url }) => !url.startsWith("/docs"));
  expect(routes.length).toBeGreaterThan(40);
  for (const { method, url } of routes) {
    const path = url.replaceAll(/:(\w+)/g, "{$1}").replaceAll("*", "{*}");
    expect(described).toContain(`${method} ${path}`);
  }
});

test("security and errors follow from who may call", () => {
  const by = new Map(operations(document).map((operation) => [operation.operationId, operation]));
  expect(by.get("getHealth")?.security).toEqual([{}, { token: [] }]);
  expect(by.get("getReady")?.security).toEqual([]);
  expect(by.get("getMetrics")?.security).toEqual([{}, { token: [] }]);
  expect(by.get("intake")?.security).toEqual([{ gateway: [] }]);
  expect(by.get("listEstates")?.security).toEqual([{ token: [] }]);
  expect(Object.keys(by.get("createEstate")?.responses ?? {})).toEqual(
    expect.arrayContaining(["201", "400", "401", "403", "409", "429", "500"]),
  );
  expect(by.get("compareRates")?.responses["422"]?.description).toContain("NOT_INSTALLED");
});

test("instants are text in the document, as they are in answers", async () => {
  const schemas = JSON.stringify(document.components.schemas["Event"]);
  expect(JSON.parse(schemas)).toMatchObject({
    properties: { occurredAt: { type: "string", format: "date-time" }, flags: { type: "array" } },
  });
  expect(schemas).not.toContain("readOnly");
});

test("components nobody refers to are left out", () => {
  const whole = JSON.stringify(document);
  for (const name of Object.keys(document.components.schemas)) {
    expect(whole).toContain(`#/components/schemas/${name}"`);
  }
});

test("the page to browse it loads its own parts and no others", async () => {
  const page = await stage.app.inject({ url: "/docs" });
  expect(page.statusCode).toBe(200);
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url);
  expect(parts.length).toBeGreaterThan(3);
  for (const url of parts) {
    const part = await stage.app.inject({ url: new URL(url, "http://h/docs").pathname });
    expect([url, part.statusCode]).toEqual([url, 200]);
  }
  const inline = [...page.body.matchAll(/<script(?![^>]*src=)/g)];
  expect(inline).toEqual([]);
  const same = await stage.app.inject({ url: "/docs/json" });
  expect(same.json()).toEqual(document);
});

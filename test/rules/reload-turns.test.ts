import { describe, expect, test, vi } from "vitest";
import { BAD, NOTHING, rule, stageOf, TEXTS } from "./reload-stage.ts";

describe("a reload", () => {
  test("waits for a file that is being written", async () => {
    const whole = rule("one", { severity: "P4" }) + rule("two");
    let reads = 0;
    const stage = stageOf({ "a.yaml": rule("one") + rule("two") }, (of) => {
      reads++;
      of.files["a.yaml"] = reads < 3 ? whole.slice(0, reads * 20) : whole;
    });
    expect(await stage.reload()).toEqual({ ...NOTHING, rules: 2, changed: ["one"] });
    expect(reads).toBe(4);
  });

  test("that cannot be put in force leaves everything as before, and the next one tries again", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    stage.files["a.yaml"] = rule("one", { severity: "P4" });
    stage.broken = true;
    await expect(stage.reload()).rejects.toThrow("the disk is full");
    expect(stage.inForce()).toEqual(["one P5 a.yaml"]);
    stage.broken = false;
    expect(await stage.reload()).toMatchObject({ changed: ["one"] });
    expect(stage.inForce()).toEqual(["one P4 a.yaml"]);
  });

  test("is told once for each change of the folder, whoever asked for it", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    await stage.reload();
    stage.files["a.yaml"] = rule("one", BAD);
    const faulty = await stage.reload();
    await stage.reload();
    expect(stage.told).toEqual([faulty]);
  });

  test("waits for the one before it; those that wait are one, and read what is there then", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    const hold = stage.holdInstall();
    stage.files["a.yaml"] = rule("one", { severity: "P4" });
    const first = stage.reload();
    await vi.waitFor(() => expect(stage.installed).toHaveLength(1));
    const waiting = Array.from({ length: 1_000 }, () => stage.reload());
    expect(new Set(waiting).size).toBe(1);
    const reads = stage.reads;
    stage.files["a.yaml"] = rule("one", { severity: "P3", ...TEXTS });
    hold();
    expect(await first).toMatchObject({ changed: ["one"] });
    expect(await waiting[0]).toMatchObject({ changed: ["one"] });
    expect(stage.inForce()).toEqual(["one P3 a.yaml"]);
    expect([stage.installed.length, stage.reads - reads]).toEqual([2, 2]);
  });
});

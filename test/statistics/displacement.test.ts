import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  displacementDifference,
  type DisplacementCounts,
  harmWeightedDifference,
} from "../../src/statistics/displacement-difference.ts";
import { displacementQuotient } from "../../src/statistics/displacement-quotient.ts";

const number = fc.integer({ min: 0, max: 500 });
const pairs = fc.record({ before: number, after: number });
const side = fc.record({ count: number, exposure: fc.constantFrom(0.5, 1, 2, 3.5) });
const area = fc.record({ before: side, after: side });
const counts = fc.record({
  treated: area,
  control: area,
  displacement: fc.record({ treated: area, control: area }),
});

const area1 = (before: number, after: number) => ({
  before: { count: before, exposure: 1 },
  after: { count: after, exposure: 1 },
});

describe("weighted displacement difference", () => {
  test("half of a hundred cases gone, none in the control: fifty prevented, so below 0", () => {
    const { local, displacement, total } = displacementDifference(
      { treated: area1(100, 50), control: area1(80, 80) },
      0.95,
    );
    expect(local.estimate).toBe(-50);
    expect(local.se).toBeCloseTo(Math.sqrt(310), 12);
    expect(displacement).toBeNull();
    expect(total.estimate).toBe(-50);
    expect(total.ci.lo).toBeLessThan(-50);
  });

  test("the interval holds the estimate, its width is the test's", () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(0.9, 0.95, 0.99), (given, level) => {
        const { total } = displacementDifference(given, level);
        const hi = total.ci.hi ?? Number.NaN;
        expect(total.ci.lo).toBeLessThanOrEqual(total.estimate);
        expect(hi).toBeGreaterThanOrEqual(total.estimate);
        fc.pre(total.p !== null && Math.abs(total.p - (1 - level)) > 1e-9);
        expect(total.ci.lo > 0 || hi < 0).toBe(total.p < 1 - level);
      }),
    );
  });

  test("swapping treated and control turns the sign, doubling every weight halves it", () => {
    fc.assert(
      fc.property(counts, (given) => {
        const { treated, control } = given;
        const plain = displacementDifference({ treated, control }, 0.95).total;
        const turned = displacementDifference({ treated: control, control: treated }, 0.95).total;
        expect(turned.estimate).toBeCloseTo(-plain.estimate, 9);
        expect(turned.se).toBeCloseTo(plain.se, 9);
        const heavy = ({ before, after }: DisplacementCounts["treated"]) => ({
          before: { count: before.count, exposure: 2 * before.exposure },
          after: { count: after.count, exposure: 2 * after.exposure },
        });
        const halved = displacementDifference(
          { treated: heavy(treated), control: heavy(control) },
          0.95,
        ).total;
        expect(halved.estimate).toBeCloseTo(plain.estimate / 2, 9);
        expect(halved.z ?? 0).toBeCloseTo(plain.z ?? 0, 9);
      }),
    );
  });

  test("the effect beside is added, with its own uncertainty", () => {
    fc.assert(
      fc.property(counts, (given) => {
        const { local, displacement, total } = displacementDifference(given, 0.95);
        expect(total.estimate).toBeCloseTo(local.estimate + (displacement?.estimate ?? Number.NaN), 9);
        expect(total.se ** 2).toBeCloseTo(local.se ** 2 + (displacement?.se ?? Number.NaN) ** 2, 6);
      }),
    );
  });

  test("nothing counted has no test", () => {
    const { total } = displacementDifference({ treated: area1(0, 0), control: area1(0, 0) }, 0.95);
    expect(total).toMatchObject({ estimate: 0, se: 0, z: null, p: null });
  });

  test("harm weights add up types, and are refused when not above 0", () => {
    const difference = { estimate: -10, se: 4 };
    const harm = harmWeightedDifference(
      [
        { difference, weight: 3 },
        { difference: { estimate: 2, se: 3 }, weight: 4 },
      ],
      0.95,
    );
    expect(harm.estimate).toBe(-22);
    expect(harm.se).toBeCloseTo(Math.sqrt(144 + 144), 12);
    expect(() => harmWeightedDifference([{ difference, weight: 0 }], 0.95)).toThrow(RangeError);
    expect(() => displacementDifference({ treated: area1(1, -1), control: area1(0, 0) }, 0.95)).toThrow(
      "treated.after.count",
    );
  });
});

describe("weighted displacement quotient", () => {
  test("is given only where the response area did better than the control", () => {
    fc.assert(
      fc.property(pairs, pairs, pairs, (response, buffer, control) => {
        const found = displacementQuotient(response, buffer, control);
        const success = found.successMeasure !== null && found.successMeasure < 0;
        expect(found.wdq !== null).toBe(success);
        expect(found.reading !== null).toBe(success);
        expect(found.successMeasure === null).toBe(control.before === 0 || control.after === 0);
        expect(found.totalNetEffect === null).toBe(control.before === 0);
        expect(found.grossEffect).toBe(response.before - response.after);
      }),
    );
  });

  test("the total net effect is what the control trend foretold, minus what came", () => {
    fc.assert(
      fc.property(pairs, pairs, pairs, (response, buffer, control) => {
        fc.pre(control.before > 0);
        const trend = control.after / control.before;
        const { totalNetEffect } = displacementQuotient(response, buffer, control);
        const foretold = (response.before + buffer.before) * trend;
        expect(totalNetEffect).toBeCloseTo(foretold - response.after - buffer.after, 6);
      }),
    );
  });

  // response 100 → 50, control steady: the success measure is −0.5 of the control
  test.each([
    [30, "diffusion_exceeds_effect"],
    [80, "diffusion"],
    [100, "neither"],
    [120, "partial_displacement"],
    [150, "partial_displacement"],
    [160, "displacement_exceeds_effect"],
  ])("a buffer that went from 100 to %d is %s", (after, reading) => {
    const found = displacementQuotient(
      { before: 100, after: 50 },
      { before: 100, after },
      { before: 100, after: 100 },
    );
    expect(found.reading).toBe(reading);
    expect(found.totalNetEffect).toBe(50 + 100 - after);
  });

  test("anything but counts is named", () => {
    const good = { before: 1, after: 1 };
    expect(() => displacementQuotient(good, { before: 1, after: 0.5 }, { before: -1, after: 1 })).toThrow(
      /buffer\.after.*control\.before/u,
    );
  });
});

import { expect, test } from "vitest";
import { festivalDays, springFestival } from "../../../src/statistics/comparison/spring-festival.ts";

/** First days of the lunar years 2000 to 2050, from the almanac, written down before the code. */
const ALMANAC = `
2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18 2008-02-07 2009-01-26
2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05
2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13
2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24
2040-02-12 2041-02-01 2042-01-22 2043-02-10 2044-01-30 2045-02-17 2046-02-06 2047-01-26 2048-02-14 2049-02-02
2050-01-23`
  .trim()
  .split(/\s+/u);

test("the Spring Festivals of 2000 to 2050 are those of the almanac", () => {
  expect(ALMANAC).toHaveLength(51);
  expect(Array.from({ length: 51 }, (_, i) => springFestival(2000 + i))).toEqual(ALMANAC);
});

test("the travel season is forty days, 15 before New Year's Day and 25 from it on", () => {
  // 10 February 2024: from 26 January to 5 March
  expect(festivalDays({ from: "2024-01-01", to: "2025-01-01" })).toBe(40);
  expect(festivalDays({ from: "2024-01-26", to: "2024-01-27" })).toBe(1);
  expect(festivalDays({ from: "2024-01-25", to: "2024-01-26" })).toBe(0);
  expect(festivalDays({ from: "2024-03-05", to: "2024-03-06" })).toBe(1);
  expect(festivalDays({ from: "2024-03-06", to: "2024-12-31" })).toBe(0);
  // a year may hold one and a half of them, or hardly any
  expect(festivalDays({ from: "2025-01-31", to: "2026-01-31" })).toBe(23);
});

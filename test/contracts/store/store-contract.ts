import { afterEach, beforeEach, describe } from "vitest";
import { caseTests } from "./cases.ts";
import { countTests } from "./counts.ts";
import { deviceTests } from "./devices.ts";
import { groupCountTests } from "./group-counts.ts";
import { estateTests } from "./estates.ts";
import { eventTests } from "./events.ts";
import { exposureTests } from "./exposure.ts";
import { householdTests } from "./households.ts";
import { incidentTests } from "./incidents.ts";
import { modeTests } from "./modes.ts";
import { reactTests } from "./react.ts";
import { registryImportTests } from "./registry-import.ts";
import { ruleVersionTests } from "./rule-versions.ts";
import type { OpenTested, TestedStore } from "./samples.ts";
import { surveillanceTests } from "./surveillance.ts";
import { tokenTests } from "./tokens.ts";

/**
 * What every implementation of `Store` and `ReactStore` must do. Each test gets an empty store with
 * `testClock` and `fakeLifeCycle`.
 */
export function storeContract(name: string, open: OpenTested): void {
  describe(`store contract: ${name}`, () => {
    let store: TestedStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());
    const parts = [
      estateTests,
      modeTests,
      exposureTests,
      householdTests,
      deviceTests,
      registryImportTests,
      eventTests,
      reactTests,
      incidentTests,
      caseTests,
      countTests,
      groupCountTests,
      tokenTests,
      ruleVersionTests,
      surveillanceTests,
    ];
    for (const part of parts) part(() => store);
  });
}

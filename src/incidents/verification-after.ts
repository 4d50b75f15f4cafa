import type { Incident, Verification } from "../domain/incident.ts";
import type { Verdict } from "../ports.ts";

type Marks = Pick<Incident, "test" | "simulated">;

/** From here on people say how sure it is. */
const SEEN_BY_A_PERSON = 3;

/**
 * How sure an incident is after a verdict, when it carries `marks` from then on: the higher of both. Tests
 * confirm tests only, and what is simulated only what is simulated; what a person saw stands in any case.
 */
export function verificationAfter(current: Incident, verdict: Verdict, marks: Marks): Verification {
  const stands = current.verification >= SEEN_BY_A_PERSON || isLike(current, marks);
  const before = stands ? current.verification : 0;
  const told = isLike(verdict, marks) ? (verdict.verification ?? 0) : 0;
  return told > before ? told : before;
}

function isLike(one: Marks, other: Marks): boolean {
  return one.test === other.test && one.simulated === other.simulated;
}

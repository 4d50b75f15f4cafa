/** True when what stands as the rule of an incident is a detector that reads counts, and no rule over events. */
export function foundByStatistics(rule: string): boolean {
  return rule.startsWith("anomaly:");
}

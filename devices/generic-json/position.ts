/** Words by which devices say that a condition begins or lasts, and that it is over; lower case. */
const ON =
  "true on 1 yes start started begin began raise raised alarm alarming active new trigger triggered open 开始 报警 告警 发生";
const OFF =
  "false off 0 no stop stopped end ended finish finished over clear cleared normal inactive restore restored recover recovered reset close closed 结束 解除 恢复 正常";
const POSITIONS: ReadonlyMap<string, "on" | "off"> = new Map([
  ...ON.split(" ").map((word) => [word, "on"] as const),
  ...OFF.split(" ").map((word) => [word, "off"] as const),
]);

/**
 * Whether a value says that a condition lasts (`on`) or is over (`off`): truths, numbers (0 is off, every
 * other is on) and the usual words. Undefined for anything else: it says neither.
 */
export function positionOf(value: unknown): "on" | "off" | undefined {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return value === 0 ? "off" : "on";
  return typeof value === "string" ? POSITIONS.get(value.trim().toLowerCase()) : undefined;
}

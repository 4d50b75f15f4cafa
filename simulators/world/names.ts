import type { Random } from "../random.ts";

const FIRST = [
  "柳湾",
  "槐影",
  "桂影",
  "松风",
  "梅坞",
  "竹汀",
  "荷渚",
  "兰溪",
  "桐荫",
  "榆岸",
  "枫桥口",
  "杏坡",
];
const SECOND = ["新村", "里", "苑", "家园", "东院", "西院", "工房", "坊", "一村", "二村"];

/** Invented estate names, each once, each marked as simulated. */
export function estateNames(random: Random, count: number): readonly string[] {
  const all = FIRST.flatMap((first) => SECOND.map((second) => `${first}${second}（模拟）`));
  if (count > all.length) throw new RangeError(`there are names for ${all.length} estates only`);
  return random.shuffled(all).slice(0, count);
}

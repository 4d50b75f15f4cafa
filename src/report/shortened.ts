/** A name that fits a room of so many narrow characters; a wide (CJK) one takes the room of two. */
export function shortened(name: string, most: number): string {
  let room = most;
  let kept = "";
  for (const character of name) {
    room -= /[\u1100-\u{3fffd}]/u.test(character) ? 2 : 1;
    if (room < 0) return `${kept}…`;
    kept += character;
  }
  return kept;
}

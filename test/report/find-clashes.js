/** Lists texts that overlap, or that leave the room of their page. An expression: its value is the list. */
(() => {
  const SLACK = 1;
  /** Of the lower of two boxes: the line box of a text is taller than its letters. */
  const TOLERATED = 0.25;

  /** Every piece of text with the boxes of its lines. */
  function textBoxes(sheet) {
    const walker = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT);
    const boxes = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent.trim();
      const parent = node.parentElement;
      if (text === "" || ["title", "desc", "SCRIPT"].includes(parent.tagName)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const inFooter = parent.closest("footer") !== null;
      for (const box of range.getClientRects()) if (box.width > 0) boxes.push({ text, box, inFooter });
    }
    return boxes.toSorted((a, b) => a.box.top - b.box.top);
  }

  function outside(boxes, room, footer) {
    return boxes.filter(
      ({ box, inFooter }) =>
        box.right > room.right + SLACK ||
        box.left < room.left - SLACK ||
        (!inFooter && box.bottom > footer + SLACK),
    );
  }

  function overlaps(boxes) {
    const found = [];
    for (const [i, one] of boxes.entries()) {
      for (const other of boxes.slice(i + 1)) {
        if (other.box.top > one.box.bottom - SLACK) break;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
        const least = Math.min(one.box.height, other.box.height) * TOLERATED;
        if (across > SLACK && down > least) found.push(`overlap: ${one.text} | ${other.text}`);
      }
    }
    return found;
  }

  const clashesOf = (sheet) => {
    const room = sheet.getBoundingClientRect();
    const footer = sheet.querySelector("footer").getBoundingClientRect().top;
    const boxes = textBoxes(sheet);
    return outside(boxes, room, footer)
      .map(({ text }) => `outside: ${text}`)
      .concat(overlaps(boxes));
  };
  return [...document.querySelectorAll(".page")].flatMap(clashesOf);
})();

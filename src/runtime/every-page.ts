import type { Page, PageRequest, Scope } from "../ports.ts";

const PAGE = 500;

/** All items of a listing, page after page. */
export async function everyPage<T>(
  list: (request: PageRequest & { scope: Scope }) => Promise<Page<T>>,
  scope: Scope,
): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await list({ scope, limit: PAGE, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

import type { SecurityEvent } from "../domain/event.ts";
import { HOUR } from "../domain/time.ts";
import type { ReactStatements } from "./react-statements.ts";

/** Events of a block: enough that few are walked, few enough that their growing ends stay in memory. */
export const BLOCK_EVENTS = 65_536;
/** What took longer than this to arrive goes to a block of late ones. */
const LATE = HOUR;

interface Block {
  readonly block: number;
  events: number;
  minAt: number;
  maxAt: number;
}

/** Gives each event of one batch its block. */
export interface BlockAssignment {
  assign(event: SecurityEvent): number;
  /** Writes how full the blocks are now. */
  save(): void;
}

/** Continues the newest blocks. Reads them anew for each batch, so a rollback leaves nothing wrong behind. */
export function continueBlocks(statements: ReactStatements, blockEvents: number): BlockAssignment {
  const current: [Block | undefined, Block | undefined] = [newest(0), newest(1)];

  function newest(late: 0 | 1): Block | undefined {
    return statements.newestBlock.get(late) as Block | undefined;
  }
  function begin(late: 0 | 1, at: number): Block {
    const { block } = statements.newBlock.get(late, at, at) as { block: number };
    return { block, events: 0, minAt: at, maxAt: at };
  }
  function store(block: Block | undefined): void {
    if (block) statements.saveBlock.run(block.events, block.minAt, block.maxAt, block.block);
  }

  return {
    assign({ occurredAt, receivedAt }) {
      const late = receivedAt - occurredAt > LATE ? 1 : 0;
      let block = current[late];
      if (!block || block.events >= blockEvents) {
        store(block);
        block = begin(late, occurredAt);
        current[late] = block;
      }
      block.events++;
      if (occurredAt < block.minAt) block.minAt = occurredAt;
      if (occurredAt > block.maxAt) block.maxAt = occurredAt;
      return block.block;
    },
    save: () => current.forEach(store),
  };
}

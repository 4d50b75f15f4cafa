/** A thread that compares groups of estates, one question after the other. */
import { constants } from "node:os";
import { parentPort } from "node:worker_threads";
import type { ComparisonDesk } from "../ports.ts";
import { giveWay } from "../runtime/give-way.ts";
import { serve } from "../runtime/rpc.ts";
import { compareGroups } from "../statistics/comparison/compare-groups.ts";

const desk: ComparisonDesk = { compare: async (input) => compareGroups(input) };

giveWay(constants.priority.PRIORITY_BELOW_NORMAL);
if (parentPort) serve(parentPort, desk);

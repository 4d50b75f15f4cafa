/** Conditions by the platform's event number. */
export const ISC_CONDITIONS: Readonly<Record<string, string>> = Object.freeze({
  "254103": "fire.lane_blocked",
  "254104": "fire.flame",
});

/** What happens once: authentications at a door. */
export const ISC_MOMENTS: Readonly<Record<string, string>> = Object.freeze({
  "196883": "access.granted",
  "196893": "access.granted",
  "197162": "access.granted",
  "197634": "access.denied",
  "198914": "access.granted",
  "261952": "access.denied",
});

/** What was presented, or why it was refused. */
export const ISC_DETAILS: Readonly<Record<string, string>> = Object.freeze({
  "196883": "multiple",
  "196893": "face",
  "197162": "id_card",
  "197634": "unknown_card",
  "198914": "card",
  "261952": "card_encryption",
});

/** Figures that are reported without anything having happened: people counting. */
export const ISC_FIGURES = [131_616] as const;

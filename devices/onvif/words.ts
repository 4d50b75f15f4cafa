/** What says that something is so: JSON has truths and numbers, with or without quotes; XML has texts. */
export const ON = [true, "true", 1, "1", "active"];

/** What says that it is not. */
export const OFF = [false, "false", 0, "0", "inactive"];

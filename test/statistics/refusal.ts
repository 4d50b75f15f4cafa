import { ZhianError } from "../../src/errors.ts";

/** The ZhianError that `act` throws; fails when it throws none. */
export const refusal = (act: () => unknown): ZhianError => {
  try {
    act();
  } catch (error) {
    if (error instanceof ZhianError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

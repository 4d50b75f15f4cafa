/**
 * The fit, or null when it does not settle: data that leave an effect without a finite value (all events
 * of a group in one month, say) end in a RangeError of the fit. Only for input that was checked before.
 */
export const settled = <T>(fit: () => T): T | null => {
  try {
    return fit();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

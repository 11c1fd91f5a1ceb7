/** The box with the masked texts of steps, as messages carry it: empty for none. */
export function boxOf(sealedSteps: Uint8Array): Uint8Array | null {
  return sealedSteps.length === 0 ? null : sealedSteps;
}

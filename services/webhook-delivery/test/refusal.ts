import { fromConnectError } from '@drippulse/rpc';

/** Returns a call's refusal as `kind reason`, with each field's problem; undefined for a call that succeeded. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { kind, reason, violations } = fromConnectError(error);
    return { error: `${kind} ${reason}`, fields: Object.fromEntries(violations.map((v) => [v.field, v.message])) };
  }
  return undefined;
}

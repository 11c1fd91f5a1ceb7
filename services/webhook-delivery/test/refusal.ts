import { fromConnectError } from '@drippulse/rpc';

/** The refusal of a call as `kind reason`, with the problem of each field; undefined for a call that succeeded. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { kind, reason, violations } = fromConnectError(error);
    return { error: `${kind} ${reason}`, fields: Object.fromEntries(violations.map((v) => [v.field, v.message])) };
  }
  return undefined;
}

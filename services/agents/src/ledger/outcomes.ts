/** The outcome of a model call, as far as the call's cost depends on it. */
export type CallOutcome =
  /**
   * The request was never sent: the host name did not resolve, the connection was refused, TLS failed, the IP address
   * is blocked, or the deadline had passed.
   */
  | { kind: 'not_sent' }
  /** The provider answered with this status, which is not a success. */
  | { kind: 'status'; status: number }
  /**
   * The request was sent, and the outcome is unknown: a timeout, an abort, a lost connection, or a process that died.
   */
  | { kind: 'unknown' }
  /** The provider answered with success. `costPicoUsd` is usage times price; undefined for content without usage. */
  | { kind: 'answered'; costPicoUsd: bigint | undefined; bytesBoundPicoUsd: bigint };

/** The settlement of a reservation. A call with an unknown outcome is never free of charge. */
export type Settlement = {
  state: 'settled' | 'released' | 'assumed' | 'estimated' | 'overrun';
  chargePicoUsd: bigint;
};

/** Statuses that a gateway returns although the provider behind it may have answered and charged. */
const uncertain: ReadonlySet<number> = new Set([408, 502, 504]);

/** Returns how to settle a reservation after an outcome. */
export function settlementOf(outcome: CallOutcome, reservedPicoUsd: bigint): Settlement {
  switch (outcome.kind) {
    case 'not_sent':
      return { state: 'released', chargePicoUsd: 0n };
    case 'unknown':
      return { state: 'assumed', chargePicoUsd: reservedPicoUsd };
    case 'status':
      if (uncertain.has(outcome.status)) return { state: 'assumed', chargePicoUsd: reservedPicoUsd };
      return { state: 'released', chargePicoUsd: 0n };
    case 'answered':
      return settleAnswer(outcome, reservedPicoUsd);
  }
}

function settleAnswer(
  { costPicoUsd: cost, bytesBoundPicoUsd: bound }: Extract<CallOutcome, { kind: 'answered' }>,
  reserved: bigint,
): Settlement {
  if (cost === undefined) return { state: 'estimated', chargePicoUsd: bound < reserved ? bound : reserved };
  return { state: cost > reserved ? 'overrun' : 'settled', chargePicoUsd: cost };
}

/** The outcome of a call of a model provider, as far as its cost is concerned. */
export type CallOutcome =
  /** Never sent: no name, refused connection, TLS, the guard of addresses, or the deadline before it. */
  | { kind: 'not_sent' }
  /** The provider answered with this status, which is not a success. */
  | { kind: 'status'; status: number }
  /** Sent, with an unknown outcome: a timeout, an abort, a lost connection, a process that died. */
  | { kind: 'unknown' }
  /** A success. `costPicoUsd` is usage times price; undefined if the answer has content but no usage. */
  | { kind: 'answered'; costPicoUsd: bigint | undefined; bytesBoundPicoUsd: bigint };

/** The end of a reservation. An unknown outcome is never free. */
export type Settlement = {
  state: 'settled' | 'released' | 'assumed' | 'estimated' | 'overrun';
  chargePicoUsd: bigint;
};

/** Statuses of gateways. The provider behind the gateway may have answered and charged. */
const uncertain: ReadonlySet<number> = new Set([408, 502, 504]);

/** Defines the charge of every outcome. */
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

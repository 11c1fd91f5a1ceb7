/** What became of a call of a model provider, as far as its cost goes. */
export type CallOutcome =
  /** It was never sent: no name, refused connection, TLS, the guard of addresses, or the deadline before it. */
  | { kind: 'not_sent' }
  /** The provider answered with this status, and no success. */
  | { kind: 'status'; status: number }
  /** It was sent, and nobody knows what became of it: a timeout, an abort, a lost connection, a process that died. */
  | { kind: 'unknown' }
  /** A success. `cost` is usage times price; undefined when it says no usage beside content. */
  | { kind: 'answered'; costPicoUsd: bigint | undefined; bytesBoundPicoUsd: bigint };

/** How a reservation ends. An outcome that is not known is never free. */
export type Settlement = {
  state: 'settled' | 'released' | 'assumed' | 'estimated' | 'overrun';
  chargePicoUsd: bigint;
};

/** Statuses of gateways: the provider behind one may have answered, and have counted. */
const uncertain: ReadonlySet<number> = new Set([408, 502, 504]);

/** The one table of what each outcome costs. */
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

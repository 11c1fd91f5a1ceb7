import { describe } from '@jest/globals';
import { describeArrival } from './contract/arrival.ts';
import { type Opened, openContract } from './contract/contract.ts';
import { describeDeadLetters } from './contract/dead-letters.ts';
import { describeFollowing } from './contract/following.ts';
import { describeSharing } from './contract/sharing.ts';

/** Tests the guarantees of every transport, through the outbox of a service and its consumers. */
export function describeContract(name: string, open: () => Promise<Opened>): void {
  describe(`events over ${name}`, () => {
    const contract = openContract(open);
    describeArrival(contract);
    describeSharing(contract);
    describeDeadLetters(contract);
    describeFollowing(contract);
  });
}

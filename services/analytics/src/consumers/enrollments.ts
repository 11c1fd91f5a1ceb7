import { type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import { takeFacts } from '../facts/take-facts.ts';
import { takeSteps } from '../facts/take-steps.ts';
import { attributionFacts } from './attribution-facts.ts';
import { emailFacts } from './email-facts.ts';
import { enrollmentFacts } from './enrollment-facts.ts';
import { goalFacts } from './goal-facts.ts';
import { stepFacts } from './step-facts.ts';

/** Counts enrollments, their mails, and their changes at steps. */
export function consumeEnrollments(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(EnrollmentEventSchema),
    group: serviceOf('analytics'),
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      await takeFacts(
        ctx,
        batch.flatMap((event) => [
          ...enrollmentFacts(event),
          ...emailFacts(event),
          ...goalFacts(event),
          ...attributionFacts(event),
        ]),
      );
      await takeSteps(ctx, batch.flatMap(stepFacts));
    },
  });
}

import { z } from 'zod';

/** A time with an offset, or a local time without one, whose time zone is a separate field. */
export const wallTime = (help: string) => z.iso.datetime({ offset: true, local: true }).describe(help);

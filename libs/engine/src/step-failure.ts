/** The step can't run with this data. The message is shown to users. */
export class StepFailure extends Error {}

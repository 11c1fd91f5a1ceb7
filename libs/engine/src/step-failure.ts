/** A step cannot run with the data of its run. The message is shown to users. */
export class StepFailure extends Error {}

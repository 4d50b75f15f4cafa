/** A command that makes no sense as it was written: exit code 2. */
export class CliUsage extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CliUsage";
  }
}

/** A command that ran, and whose answer is no: exit code 1 after the results are printed. */
export class CliFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CliFailure";
  }
}

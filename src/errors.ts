/** Every error code the hub gives to a caller, with the HTTP status it maps to. */
export const ERROR_CODES = {
  VALIDATION: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  SERIES_NOT_COMPARABLE: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_INSTALLED: 422,
  WINDOW_OVERLAPS_INSTALL: 422,
  NO_EXPOSURE: 422,
  IMPORT_REFUSED: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One thing wrong with an input: where it stands and why it was refused. */
export interface FieldFault {
  /** Path of the field, or `line N, column` of an imported file. */
  readonly field: string;
  readonly reason: string;
}

/** A refusal with a code a program can read, a sentence a person can, and the fields at fault. */
export class ZhianError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly FieldFault[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { faults?: readonly FieldFault[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ZhianError";
    this.code = code;
    this.faults = options.faults ?? [];
  }

  /** The HTTP status of the code. */
  get status(): number {
    return ERROR_CODES[this.code];
  }
}

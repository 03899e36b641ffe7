/** Why a request is not answered as it wants, in words for whoever made it. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 429 | 503;
  readonly message: string;
  /** When to come back. */
  readonly retryAfterSeconds?: number;
}

import type { SubscriptionAccount } from '../subscription-account.js';

const nothing = (): void => undefined;

/** For an intake of which nobody asks what it can have missed. */
export const noAccount: SubscriptionAccount = {
  subscribed: nothing,
  proven: nothing,
  broken: nothing,
  explained: nothing,
  notTaken: nothing,
};

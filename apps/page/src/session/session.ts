/** How the page asks whether it may look, and how a person logs in. The token is in no URL. */
export const session = {
  /**
   * Whether the page may look.
   *
   * @throws when the consumer does not answer, or not in time.
   */
  async ask(): Promise<'granted' | 'login'> {
    const response = await fetch(url, {
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`The consumer answered ${String(response.status)}.`);
    const { access } = (await response.json()) as { access?: unknown };
    return access === 'login' ? 'login' : 'granted';
  },

  /** What was wrong, in words for a person; null when the token was right. */
  async logIn(token: string): Promise<string | null> {
    try {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(url, { method: 'POST', headers });
      if (response.ok) return null;
      if (response.status === 401) return 'That token is not the right one.';
      const said = (await response.text()).slice(0, 300);
      return said === '' ? `The consumer answered ${String(response.status)}.` : said;
    } catch {
      return 'The consumer does not answer. Try again in a moment.';
    }
  },

  /** Whether it worked. */
  async logOut(): Promise<boolean> {
    try {
      return (await fetch(url, { method: 'DELETE' })).ok;
    } catch {
      return false; // the consumer does not answer
    }
  },
};

const TIMEOUT_MS = 10_000;
const url = 'session'; // relative: the page may live under any prefix

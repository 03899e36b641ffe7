import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../live-page.js';

/** Asks for the token; what is typed goes to the consumer in a header, and nowhere else. */
export function LoginForm({ problem, isSending }: { problem: string | null; isSending: boolean }) {
  const page = usePage();
  const token = useRef<HTMLInputElement>(null);
  useEffect(() => token.current?.focus(), []);
  return (
    <main class="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void page.logIn(token.current?.value ?? '');
        }}
      >
        <h1>Log in to see the messages</h1>
        <p>
          This consumer asks for a token: the one it was given as <code>PAGE_TOKEN</code> or{' '}
          <code>RELAY_TOKEN</code>.
        </p>
        <input type="text" autocomplete="username" value="relay" hidden readOnly />
        <label>
          <span>Token</span>
          <input
            ref={token}
            type="password"
            required
            autocomplete="current-password"
            aria-invalid={problem !== null}
            aria-describedby="login-problem"
          />
        </label>
        <p id="login-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={isSending}>
          {isSending ? 'Logging in …' : 'Log in'}
        </button>
      </form>
    </main>
  );
}

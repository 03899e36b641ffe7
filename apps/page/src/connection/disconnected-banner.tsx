import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../icon.js';
import { usePage } from '../live-page.js';
import { timeOf } from '../words/times.js';

/** Says that nothing comes, since when, and when it is tried again. */
export function DisconnectedBanner() {
  const page = usePage();
  const connection = page.connection.value;
  const [now, setNow] = useState(Date.now);
  const isWaiting = connection.kind === 'waiting';
  useEffect(() => {
    if (!isWaiting) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isWaiting]);
  if (connection.kind === 'live' || connection.kind === 'login') return null;
  if (connection.downSince === null) return null;
  const seconds = isWaiting ? Math.ceil((connection.retryAt - now) / 1000) : 0;
  return (
    <section class="banner" aria-label="Connection">
      <Icon name="trouble" />
      <p>
        <b>Disconnected from the consumer</b> since {timeOf(connection.downSince, now)}.{' '}
        {isWaiting && connection.problem !== null && `${connection.problem} `}
        {seconds > 0 ? `Trying again in ${String(seconds)} s.` : 'Trying again now …'}
      </p>
      <button type="button" onClick={() => page.retryNow()} disabled={!isWaiting}>
        Try now
      </button>
    </section>
  );
}

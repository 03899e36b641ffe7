import { useEffect, useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly text: () => string;
  /** What it copies, in words; default: Copy. */
  readonly label?: string;
}

/** How long it says that it has copied. */
const THANKS_MS = 2000;

/** Copies a text, and says so. */
export function CopyButton({ text, label = 'Copy' }: CopyButtonProps) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), THANKS_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => setSaid((await copied(text())) ? 'Copied' : 'Not copied');
  return (
    <button type="button" class="small" aria-label={said ?? label} onClick={() => void copy()}>
      <span aria-live="polite">{said ?? 'Copy'}</span>
    </button>
  );
}

/** Whether it worked; over plain HTTP from another machine only the old way does. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

function copiedTheOldWay(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other without HTTPS
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

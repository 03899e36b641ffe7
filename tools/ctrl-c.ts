const CTRL_C = 0x03;
const ENTER = 0x0d;

/**
 * On a terminal, takes Ctrl-C for a key. As a signal it would also end the shell in which a task runner has
 * started this, at once, and the run would count as failed. In the background, a shell stops who does so.
 */
export function takeCtrlC(): void {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return;
  stdin.setRawMode(true);
  stdin.on('data', (keys: Buffer) => {
    if (keys.includes(ENTER)) stdout.write('\n');
    if (keys.includes(CTRL_C)) process.emit('SIGINT', 'SIGINT');
  });
}

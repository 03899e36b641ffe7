/** Whether text is a web origin as browsers send it: scheme, host and port, nothing behind them. */
export function isOrigin(text: string): boolean {
  return URL.parse(text)?.origin === text;
}

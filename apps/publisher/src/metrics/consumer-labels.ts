/**
 * What the consumers are called in metrics: where they are, which is known before they have said their
 * name, and stays. Those that cannot be told apart without their secrets get a number.
 */
export function consumerLabels(shownUrls: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return shownUrls.map((url) => {
    const count = (seen.get(url) ?? 0) + 1;
    seen.set(url, count);
    return count === 1 ? url : `${url} #${count}`;
  });
}

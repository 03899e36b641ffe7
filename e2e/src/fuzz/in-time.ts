const SETTLED_MS = 60_000;

/** Whether `work` ends within the time that everything has to come to rest. */
export async function inTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, SETTLED_MS);
  });
  const isDone = await Promise.race([work.then(() => true as const), over]);
  clearTimeout(timer);
  return isDone;
}
